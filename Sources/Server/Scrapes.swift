// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Engine
import Exposition
import NIOCore

/// The text of the latest report, made once however many scrape it.
actor Scrapes {
    private var renderer = Renderer()
    private var text = ByteBuffer()

    func text(of report: Report) -> ByteBuffer {
        if renderer.update(to: report) { text = ByteBuffer(bytes: renderer.text) }
        return text
    }
}

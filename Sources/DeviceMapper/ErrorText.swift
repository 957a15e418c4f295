// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Glibc

/// The C library's words for an error number.
enum ErrorText {
    static func of(_ number: Int32) -> String {
        guard let text = strerror(number) else { return "error \(number)" }
        return String(cString: text)
    }
}

// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Engine
import Exposition
import Gzip
import HTTPTypes
import Hummingbird
import NIOCore

extension Responder {
    /// What a scrape asks for, by the time at which its sender gives up.
    func metrics(_ request: Request, of report: Report) async throws -> Response {
        let wish = try ScrapeWish(query: request.uri.query ?? "", headers: request.headers)
        guard let deadline = wish.deadline else { return await metrics(wish, of: report) }
        guard let response = await first(within: deadline, { await metrics(wish, of: report) }) else {
            throw Refused(
                .serviceUnavailable, "the metrics were not ready within the time that the scraper waits",
                hint: "ask for less (?exclude[]=volumes&exclude[]=filesystems), or raise scrape_timeout; is the host overloaded?")
        }
        return response
    }

    private func metrics(_ wish: ScrapeWish, of report: Report) async -> Response {
        let form = wish.format.form
        let groups = wish.groups.filter(\.isOfReport)
        let end = Renderer.text(of: await figures(wish.groups), as: form, startedAt: report.startedAt)
        // Who asks with another Accept or Accept-Encoding gets another answer: caches in between are to know.
        var headers: HTTPFields = [.contentType: wish.format.contentType, .vary: "Accept, Accept-Encoding"]
        if wish.takesGzip, let parts = await scrapes.deflated(of: groups, as: form, in: report) {
            headers[.contentEncoding] = "gzip"
            let buffers =
                [ByteBuffer(bytes: GzipFile.header)] + parts.map(\.buffer)
                + [ByteBuffer(bytes: GzipFile.trailer(after: parts.map(\.part), storing: end))]
            return Response(status: .ok, headers: headers, body: ResponseBody(contentsOf: buffers))
        }
        let texts = await scrapes.texts(of: groups, as: form, in: report)
        return Response(status: .ok, headers: headers, body: ResponseBody(contentsOf: texts + [ByteBuffer(bytes: end)]))
    }

    private func figures(_ groups: [FamilyGroup]) async -> ScrapeFigures {
        var figures = ScrapeFigures()
        if groups.contains(.requests) { figures.requests = access.control.figures }
        if groups.contains(.notifications) { figures.notifications = notifications() }
        if groups.contains(.process) { figures.process = try? await aside { ProcessFigures.read() } }
        return figures
    }
}

/// The value of `work`, or nil when the time is over before. The work is not waited for then.
func first<Value: Sendable>(within limit: Duration, _ work: @escaping @Sendable () async -> Value) async -> Value? {
    let (results, continuation) = AsyncStream<Value?>.makeStream()
    let worker = Task { continuation.yield(await work()) }
    let timer = Task {
        try? await Task.sleep(for: limit)
        continuation.yield(nil)
    }
    defer {
        worker.cancel()
        timer.cancel()
    }
    for await result in results { return result }
    return nil
}

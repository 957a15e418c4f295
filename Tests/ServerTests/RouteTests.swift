// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Testing

@testable import Server

struct RouteTests {
    @Test(arguments: [
        Route.page, .metrics, .healthy, .ready, .reload, .status, .pools, .volumes, .explain("web"), .grow("web"),
        .overrides, .openAPI, .hold("web"), .release("web-*"), .pin("?"), .pause(nil), .pause("depot"), .resume(nil),
        .resume("a/b"),
        .explain("a/b"), .grow("."), .explain(".."), .explain("%2F"), .grow("é \"\\{}?#&\n\u{0}"), .explain("explain"),
    ])
    func `A path leads back to what it was made for, whatever the name`(route: Route) {
        #expect(Route(path: route.path, telemetryPath: "/metrics") == route)
        #expect(route.path.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != 0x3F && $0 != 0x23 })
    }

    @Test(arguments: [
        "", "metrics", "//", "/api", "/api/v1/status/", "/api/v1/volumes//explain", "/api/v1/volumes/a/b/explain",
        "/api/v1/volumes/a/shrink", "/api/v2/status", "/-/", "/api/v1/volumes/%zz/explain", "/api/v1/volumes/%f/grow",
        "/api/v1/volumes/%ff/explain", "/api/v1/volumes/a%/explain",
    ])
    func `Other paths lead nowhere`(path: String) { #expect(Route(path: path, telemetryPath: "/metrics") == nil) }
}

// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

/// A URL of `http` or `https` without user, query and fragment.
struct WebAddress: Hashable {
    let isSecure: Bool
    /// Of IPv6 without brackets.
    let host: String
    let port: Int
    /// Empty, or begins with a slash and does not end with one.
    let path: String

    init?(_ text: String) {
        let schemes = [(name: "http://", isSecure: false, port: 80), (name: "https://", isSecure: true, port: 443)]
        guard let scheme = schemes.first(where: { text.lowercased().hasPrefix($0.name) }) else { return nil }
        let rest = text.dropFirst(scheme.name.count)
        guard rest.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }), !rest.contains(where: { "@?#\\\"<>^`{|}".contains($0) }) else {
            return nil
        }
        let place = rest.prefix { $0 != "/" }
        var path = rest.dropFirst(place.count)
        while path.last == "/" { path = path.dropLast() }
        guard let (host, port) = WebAddress.split(place) else { return nil }
        isSecure = scheme.isSecure
        self.host = host
        self.port = port ?? scheme.port
        self.path = String(path)
    }

    /// `host`, `host:port`, `[address]:port`.
    private static func split(_ place: Substring) -> (host: String, port: Int?)? {
        var host = place
        var port: Substring = ""
        if place.first == "[" {
            guard let end = place.firstIndex(of: "]") else { return nil }
            host = place[place.index(after: place.startIndex)..<end]
            port = place[place.index(after: end)...]
            guard host.contains(":"), host.allSatisfy({ $0.isHexDigit || $0 == ":" || $0 == "." }) else { return nil }
        } else if let colon = place.firstIndex(of: ":") {
            host = place[..<colon]
            port = place[colon...]
        }
        let isName = place.first == "[" || host.utf8.allSatisfy { isOfName($0) }
        guard !host.isEmpty, host.utf8.count <= 253, isName else { return nil }
        if port.isEmpty { return (String(host), nil) }
        guard port.first == ":", port.dropFirst().utf8.allSatisfy({ (48...57).contains($0) }),
            let number = Int(port.dropFirst()), (1...65_535).contains(number)
        else { return nil }
        return (String(host), number)
    }

    private static func isOfName(_ byte: UInt8) -> Bool {
        switch byte {
        case 48...57, 65...90, 97...122, UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"): true
        default: false
        }
    }
}

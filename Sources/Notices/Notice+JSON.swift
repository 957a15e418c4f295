// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

extension Notice {
    /// The body of `POST /api/v2/alerts`: UTF-8. `generatorURL`: where people see more.
    public static func json(_ notices: some Collection<Notice>, generatorURL: String?) -> [UInt8] {
        var text = "["
        for (index, notice) in notices.enumerated() {
            text += index == 0 ? "{" : ",{"
            text += "\"labels\":" + object(notice.labels) + ",\"annotations\":" + object(notice.annotations)
            text += ",\"startsAt\":\"\(notice.startsAt.iso8601)\",\"endsAt\":\"\(notice.endsAt.iso8601)\""
            if let generatorURL { text += ",\"generatorURL\":" + quoted(generatorURL) }
            text += "}"
        }
        return Array((text + "]").utf8)
    }

    private static func object(_ pairs: [String: String]) -> String {
        "{" + pairs.sorted { $0.key < $1.key }.map { quoted($0.key) + ":" + quoted($0.value) }.joined(separator: ",") + "}"
    }

    private static func quoted(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": quoted += "\\\""
            case "\\": quoted += "\\\\"
            case _ where scalar.value < 0x20:
                let digits = String(scalar.value, radix: 16)
                quoted += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }
}

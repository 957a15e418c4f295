// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Owners
import Testing

@Suite struct LVMReportTests {
    /// As LVM 2.03.16 says it.
    private static let two = """
          {
              "report": [
                  {
                      "lv": [
                          {"lv_uuid":"6yhP3j-dBGZ-rTIs-XViB-qB3s-6vdw-2fYFNN", "vg_uuid":"UsoKoz-KFSU-eKee-9PvH-pI6u-lTKU-b7IFfj", "lv_tags":"a/b:c&d#1!,prod,tier=db", "vg_tags":"prod,rack7"},
                          {"lv_uuid":"CNTiWI-Ho5n-HrM2-vPJ3-Q3QR-R0wk-Mxqg2F", "vg_uuid":"UsoKoz-KFSU-eKee-9PvH-pI6u-lTKU-b7IFfj", "lv_tags":"", "vg_tags":""}
                      ]
                  }
              ]
          }
        """
    private static let none = #"{"report": [{"lv": [ ] } ] , "log": [ ] }"#

    private func identity(_ uuid: String) throws -> String { try #require(LVMReport.identity(ofDevice: uuid)) }

    @Test func `tags of a volume and its group are found by the device's uuid`() throws {
        let tags = try LVMReport(parsing: Array(Self.two.utf8)).tags
        #expect(tags.count == 2)
        let data = try identity("LVM-UsoKozKFSUeKee9PvHpI6ulTKUb7IFfj6yhP3jdBGZrTIsXViBqB3s6vdw2fYFNN")
        #expect(tags[data] == ["a/b:c&d#1!", "prod", "rack7", "tier=db"])
        let logs = try identity("LVM-UsoKozKFSUeKee9PvHpI6ulTKUb7IFfjCNTiWIHo5nHrM2vPJ3Q3QRR0wkMxqg2F-layer")
        #expect(tags[logs] == [])
    }

    @Test func `a host without thin volumes has no tags`() throws {
        #expect(try LVMReport(parsing: Array(Self.none.utf8)).tags == [:])
    }

    @Test(arguments: ["", "{", "[]", #"{"report": 1}"#, #"{"report": [{"lv": [{"lv_uuid": "a"}]}]}"#, "  WARNING: no"])
    func `what is no report is not taken for one without tags`(text: String) {
        #expect(throws: LVMReport.Unreadable.self) { try LVMReport(parsing: Array(text.utf8)) }
    }

    @Test func `a report that was cut off is no report`() {
        for length in stride(from: 1, to: Self.two.utf8.count - 30, by: 7) {
            #expect(throws: LVMReport.Unreadable.self) { try LVMReport(parsing: Array(Self.two.utf8.prefix(length))) }
        }
    }

    @Test(arguments: ["", "LVM-", "LVM-short", "CRYPT-LUKS2-UsoKozKFSUeKee9PvHpI6ulTKUb7IFfj6yhP3jdBGZrTIsXViBqB3s6vdw2fYFNN"])
    func `a uuid that is not LVM's tells no volume`(uuid: String) {
        #expect(LVMReport.identity(ofDevice: uuid) == nil)
    }
}

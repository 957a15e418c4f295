// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import DeviceMapper
import Testing
import Units

@Suite("What people read when device-mapper refuses")
struct DeviceMapperErrorTests {
    @Test("the error names the call, the device, the reason, and where the kernel tells more")
    func reload() {
        let error = DeviceMapperError(call: "reload", device: "vol", errno: 22, said: "")
        #expect("\(error)" == "device-mapper could not reload vol: Invalid argument; `dmesg` tells the kernel's reason")
    }

    @Test("what libdevmapper said goes before the bare error number")
    func said() {
        let error = DeviceMapperError(call: "list", errno: 13, said: "/dev/mapper/control: open failed: Permission denied")
        #expect("\(error)" == "device-mapper could not list: /dev/mapper/control: open failed: Permission denied")
    }
}

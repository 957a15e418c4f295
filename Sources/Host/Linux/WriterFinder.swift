// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Deadlines
import Filesystem
import Synchronization
import Units

/// Who writes to devices past their filesystems.
struct WritersFound: Sendable {
    var found: [VolumeKey: [String]] = [:]
    var complaints: [Facts.Complaint] = []
}

/// Finds the processes that have mounted volumes open for writing. That takes a look at every process' open files, so only
/// looks at everything do it, and only where a device is open by more than its mount; the quick ones remember.
final class WriterFinder: Sendable {
    private let writers: DeviceWriters
    private let inquiry: Inquiry<Int>
    private let known = Mutex<[VolumeKey: [String]]>([:])

    init(writers: DeviceWriters = DeviceWriters(), deadline: Duration = LinuxLimits.writers) {
        self.writers = writers
        inquiry = Inquiry(BlockingPool(name: "hr-writers", limits: LinuxLimits.looking), deadline: deadline)
    }

    /// `open`: the volumes that somebody has open besides their mount. `all`: these are all that there are.
    func find(_ open: [VolumeReading], all: Bool) async -> WritersFound {
        if !all || open.isEmpty {
            return WritersFound(
                found: known.withLock { known in
                    if all { known = [:] }
                    return known
                })
        }
        let devices = Set(open.map(\.device.number))
        let writers = writers
        let answer = await inquiry.ask(0) { _ in
            Result { () throws(FilesystemError) in try writers.writers(of: devices) }
        }
        switch answer {
        case .value(.success(let writers)):
            var fresh: [VolumeKey: [String]] = [:]
            for volume in open { fresh[volume.key] = writers[volume.device.number] }
            known.withLock { [fresh] in $0 = fresh }
            return WritersFound(found: fresh)
        case .value(.failure(let error)):
            return remembered(Facts.Complaint(part: "open_files", kind: "failed", text: "\(error)"))
        case .stuck, .exhausted:
            let text = "the open files of all processes could not be read within \(inquiry.deadline.text): see `dmesg`"
            return remembered(Facts.Complaint(part: "open_files", kind: "timeout", text: text))
        }
    }

    private func remembered(_ complaint: Facts.Complaint) -> WritersFound {
        WritersFound(found: known.withLock { $0 }, complaints: [complaint])
    }
}

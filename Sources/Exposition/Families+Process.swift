// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Units

extension MetricFamily {
    /// What the kernel says of this process, under the names that every Prometheus client library uses.
    static let process: [MetricFamily] = [
        process("process_cpu_seconds_total", .counter, .seconds, help: "User and system CPU time spent.") {
            $0.cpu.map { .seconds($0) }
        },
        process("process_resident_memory_bytes", .gauge, .bytes, help: "Resident memory.") {
            $0.residentMemory.map { .bytes($0) }
        },
        process("process_virtual_memory_bytes", .gauge, .bytes, help: "Virtual memory.") {
            $0.virtualMemory.map { .bytes($0) }
        },
        process("process_virtual_memory_max_bytes", .gauge, .bytes, help: "The limit on virtual memory; absent without one.") {
            $0.virtualMemoryLimit.map { .bytes($0) }
        },
        process("process_open_fds", .gauge, nil, help: "Open file descriptors.") {
            $0.openDescriptors.map { .integer($0) }
        },
        process("process_max_fds", .gauge, nil, help: "The limit on open file descriptors.") {
            $0.descriptorLimit.map { .integer($0) }
        },
        process("process_start_time_seconds", .gauge, .seconds, help: "When the process started. It changes at every restart.") {
            $0.startTime.map { .moment($0) }
        },
        process("process_threads", .gauge, nil, help: "Threads of the process. If they rise without end, filesystems are stuck.")
        {
            $0.threads.map { .integer($0) }
        },
    ]

    private static func process(
        _ name: String, _ type: MetricType, _ unit: MetricUnit?, help: String,
        value: @escaping @Sendable (ProcessFigures) -> MetricValue?
    ) -> MetricFamily {
        MetricFamily(name: name, type: type, unit: unit, labels: [], help: help, samples: .process(value))
    }
}

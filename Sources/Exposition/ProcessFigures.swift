// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Glibc
public import Units

/// What the kernel says of this process, for the `process_*` metrics. What could not be read is nil.
public struct ProcessFigures: Hashable, Sendable {
    /// User and system time together.
    public var cpu: Duration?
    public var residentMemory: Bytes?
    public var virtualMemory: Bytes?
    /// The limit on virtual memory (RLIMIT_AS); nil when there is none.
    public var virtualMemoryLimit: Bytes?
    public var openDescriptors: UInt64?
    public var descriptorLimit: UInt64?
    public var startTime: WallTime?
    public var threads: UInt64?

    public init() {}

    /// Reads /proc/self. A few system calls, none of which waits for a disk.
    public static func read() -> ProcessFigures {
        var figures = ProcessFigures()
        let scale = Scale(
            ticksPerSecond: UInt64(max(sysconf(Int32(_SC_CLK_TCK)), 1)),
            page: Bytes(UInt64(max(sysconf(Int32(_SC_PAGESIZE)), 1))))
        if let stat = text(at: "/proc/self/stat") {
            figures.take(stat: stat, boot: text(at: "/proc/stat").flatMap(bootTime(in:)), scale: scale)
        }
        figures.openDescriptors = countDescriptors()
        figures.descriptorLimit = limit(RLIMIT_NOFILE)
        figures.virtualMemoryLimit = limit(RLIMIT_AS).map { Bytes($0) }
        return figures
    }

    struct Scale {
        var ticksPerSecond: UInt64
        var page: Bytes
    }

    /// Takes what /proc/self/stat says (proc(5)). The command's name, second, may hold spaces and brackets.
    mutating func take(stat: String, boot: WallTime?, scale: Scale) {
        guard let bracket = stat.lastIndex(of: ")") else { return }
        // The first of these is field 3.
        let fields = stat[bracket...].dropFirst().split(separator: " ").map { UInt64($0) }
        func field(_ number: Int) -> UInt64? { number - 3 < fields.count ? fields[number - 3] : nil }
        if let user = field(14), let system = field(15) {
            cpu = .seconds(Double(user + system) / Double(scale.ticksPerSecond))
        }
        threads = field(20)
        if let started = field(22), let boot {
            startTime = WallTime(seconds: boot.seconds + Double(started) / Double(scale.ticksPerSecond))
        }
        virtualMemory = field(23).map { Bytes($0) }
        residentMemory = field(24).map { scale.page.scaled(by: $0) }
    }

    /// When the machine started, from /proc/stat.
    static func bootTime(in text: String) -> WallTime? {
        for line in text.split(separator: "\n") where line.hasPrefix("btime ") {
            return Double(line.dropFirst(6)).map { WallTime(seconds: $0) }
        }
        return nil
    }

    private static func limit(_ resource: __rlimit_resource) -> UInt64? {
        var limits = rlimit()
        guard getrlimit(__rlimit_resource_t(resource.rawValue), &limits) == 0, limits.rlim_cur != rlim_t.max else { return nil }
        return UInt64(limits.rlim_cur)
    }

    /// How many entries /proc/self/fd has, without the one that counting opens.
    private static func countDescriptors() -> UInt64? {
        guard let folder = opendir("/proc/self/fd") else { return nil }
        defer { closedir(folder) }
        var count: UInt64 = 0
        while let entry = readdir(folder) {
            if entry.pointee.d_name.0 != CChar(UInt8(ascii: ".")) { count += 1 }
        }
        return count > 0 ? count - 1 : nil
    }

    private static func text(at path: String) -> String? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 16_384)
        while true {
            let count = Glibc.read(descriptor, &chunk, chunk.count)
            if count < 0 { return nil }
            if count == 0 { return String(decoding: bytes, as: UTF8.self) }
            bytes.append(contentsOf: chunk[..<count])
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Filesystem
import Units

extension World {
    mutating func startWriter(_ place: Int) {
        guard !writers[place].isDone, volumes[writers[place].volume].isPresent else { return }
        if let deletion = writers[place].scenario.deletes { events.push(.deletes(place), at: now.advanced(by: deletion.every)) }
        writeNow(place)
    }

    /// For good.
    mutating func stopWriter(_ place: Int) {
        setWriting(place, false)
        writers[place].isDone = true
        writers[place].turn += 1
    }

    private mutating func setWriting(_ place: Int, _ isWriting: Bool) {
        guard writers[place].isWriting != isWriting else { return }
        let volume = writers[place].volume
        let rate = writers[place].scenario.rate.bytesPerSecond
        if isWriting { writers[place].beginBurst(at: now) } else { writers[place].isWriting = false }
        volumes[volume].rate = max(volumes[volume].rate + (isWriting ? rate : -rate), 0)
    }

    /// One write, as large as a writer's chunk.
    mutating func write(_ place: Int, turn: UInt32) {
        guard turn == writers[place].turn else { return }
        setWriting(place, true)
        let volume = writers[place].volume
        guard !volumes[volume].standsStill else { return volumes[volume].waiting.append(place) }
        guard let filesystem = volumes[volume].filesystem, filesystem.isMounted, !filesystem.isReadOnly else {
            return fail(place)
        }
        let wanted = writers[place].nextWrite
        let fits = min(wanted, filesystem.available)
        let pool = volumes[volume].pool
        let missing = volumes[volume].blocksMissing(writing: fits, blockSize: pools[pool].blockSize)
        switch allocate(missing, from: pool) {
        case .failed: return fail(place)
        case .waits: return pools[pool].wait(place)
        case .done: break
        }
        volumes[volume].map(blocks: missing)
        volumes[volume].filesystem?.write(fits)
        writers[place].wrote(fits)
        written += Bytes(fits)
        touch(volume)
        if fits < wanted {
            writers[place].sawNoSpace(at: now)
            rest(place)
        } else {
            scheduleNext(place, after: fits)
        }
    }

    private mutating func scheduleNext(_ place: Int, after bytes: UInt64) {
        let end = now.advanced(by: writers[place].time(toWrite: bytes))
        guard writers[place].nextWrite == 0 else { return events.push(writesNow(place), at: end) }
        setWriting(place, false)
        if let burst = writers[place].scenario.burst, writers[place].amountLeft > 0 {
            events.push(writesNow(place), at: max(end, writers[place].burstBegan.advanced(by: burst.every)))
        } else {
            writers[place].isDone = true
        }
    }

    private mutating func fail(_ place: Int) {
        writers[place].sawError(at: now)
        rest(place)
    }

    /// After an error: tries again later, or gives up.
    private mutating func rest(_ place: Int) {
        setWriting(place, false)
        if let pause = writers[place].scenario.retries {
            events.push(writesNow(place), at: now.advanced(by: pause))
        } else {
            writers[place].isDone = true
        }
    }

    mutating func delete(_ place: Int) {
        let volume = writers[place].volume
        guard let deletion = writers[place].scenario.deletes, volumes[volume].isPresent else { return }
        if !volumes[volume].standsStill {
            volumes[volume].filesystem?.delete(deletion.share)
            touch(volume)
        }
        events.push(.deletes(place), at: now.advanced(by: deletion.every))
    }

    // MARK: Growth

    /// So many steps has the kernel's thread that writes new inode tables.
    private static let tableSteps: UInt64 = 60

    /// The filesystem grows, and what that maps at once is mapped.
    mutating func growFilesystem(of place: Int, to size: Bytes) {
        guard let atOnce = volumes[place].filesystem?.grow(to: size) else { return }
        mapTables(of: place, atOnce)
        let due = volumes[place].filesystem?.tablesDue ?? 0
        let wasIdle = volumes[place].tablesSlice == 0
        volumes[place].tablesSlice = (due + World.tableSteps - 1) / World.tableSteps
        if wasIdle, due > 0 { events.push(.writesTables(place), at: now.advanced(by: timing.tables / Int(World.tableSteps))) }
        touch(place)
        judgeSize(of: place)
    }

    mutating func writeTables(_ place: Int) {
        guard volumes[place].isPresent, let due = volumes[place].filesystem?.tablesDue else { return }
        if !volumes[place].standsStill { mapTables(of: place, min(volumes[place].tablesSlice, due)) }
        guard volumes[place].filesystem?.tablesDue ?? 0 > 0 else {
            volumes[place].tablesSlice = 0
            return
        }
        events.push(.writesTables(place), at: now.advanced(by: timing.tables / Int(World.tableSteps)))
    }

    private mutating func mapTables(of place: Int, _ bytes: UInt64) {
        let pool = volumes[place].pool
        let missing = volumes[place].blocksMissing(writing: 0, tables: bytes, blockSize: pools[pool].blockSize)
        // Without space the kernel's thread has to come again.
        guard allocate(missing, from: pool) == .done else { return }
        volumes[place].map(blocks: missing)
        volumes[place].filesystem?.writeTables(bytes)
        touch(place)
    }

    private mutating func judgeSize(of place: Int) {
        guard let size = volumes[place].filesystem?.geometry.size, size > volumes[place].length.bytes else { return }
        record(.filesystemLargerThanDevice, "\(volumes[place].name): \(size) on a device of \(volumes[place].length.bytes)")
    }

    mutating func record(_ kind: Violation.Kind, _ text: String) {
        chronicle.add(Violation(kind: kind, at: now, text: text))
    }

    /// The last fact of a volume is out of date.
    mutating func touch(_ place: Int) {
        guard !volumes[place].isDirty else { return }
        volumes[place].isDirty = true
        ledger.dirty.append(place)
    }
}

// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Glibc
import Testing

@testable import FailPoints

@Suite struct FailPointTests {
    @Test func `a point is named alone, with its occasion, and with what happens there`() throws {
        #expect(try FailPoint.parse("load.after") == .init(point: .loadAfter, action: .kill, occasion: 1))
        #expect(try FailPoint.parse("record.synced#3") == .init(point: .recordSynced, action: .kill, occasion: 3))
        #expect(try FailPoint.parse("grow.underway=stop") == .init(point: .growUnderway, action: .stop, occasion: 1))
        #expect(try FailPoint.parse("instance.before=pause") == .init(point: .instanceBefore, action: .pause, occasion: 1))
        #expect(try FailPoint.parse("make.loaded#2=kill") == .init(point: .makeLoaded, action: .kill, occasion: 2))
    }

    @Test func `nothing set means no point`() throws {
        #expect(try FailPoint.parse(nil) == nil)
        #expect(try FailPoint.parse("") == nil)
    }

    @Test(arguments: ["load", "load.after#0", "load.after#x", "load.after=explode", "#1", "=kill"])
    func `what names no point is an error and not a test that never fails`(text: String) {
        #expect(throws: FailPoint.Misnamed.self) { try FailPoint.parse(text) }
    }

    @Test func `a process dies at the point that is set`() async {
        await #expect(processExitsWith: .signal(SIGKILL)) {
            setenv("HEADROOM_FAIL_POINT", "load.after", 1)
            FailPoint.loadBefore.reached()
            FailPoint.loadAfter.reached()
            exit(0)
        }
    }

    @Test func `a process that reaches other points, or not often enough, goes on`() async {
        await #expect(processExitsWith: .exitCode(7)) {
            setenv("HEADROOM_FAIL_POINT", "load.after#2", 1)
            FailPoint.loadAfter.reached()
            FailPoint.loadBefore.reached()
            FailPoint.loadUnverified.reached()
            exit(7)
        }
        await #expect(processExitsWith: .signal(SIGKILL)) {
            setenv("HEADROOM_FAIL_POINT", "load.after#2", 1)
            FailPoint.loadAfter.reached()
            FailPoint.loadAfter.reached()
            exit(7)
        }
    }

    @Test func `a process that is paused at a point goes on from there once it is told to`() async {
        await #expect(processExitsWith: .exitCode(7)) {
            setenv("HEADROOM_FAIL_POINT", "load.after=pause", 1)
            _ = system("(sleep 0.5; kill -CONT \(getpid())) &")
            let clock = ContinuousClock()
            let took = clock.measure { FailPoint.loadAfter.reached() }
            exit(took > .milliseconds(300) ? 7 : 8)
        }
    }

    @Test func `a process can be caught in the middle of a call`() async {
        await #expect(processExitsWith: .signal(SIGKILL)) {
            setenv("HEADROOM_FAIL_POINT", "grow.underway", 1)
            FailPoint.growUnderway.reachedSoon()
            sleep(30)
            exit(0)
        }
    }
}

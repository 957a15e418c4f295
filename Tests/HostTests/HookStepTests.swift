// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import DeviceMapper
import Glibc
import Owners
import Testing
import Units

@testable import Host

@Suite("The step that has an owner's hook take a length down", .timeLimit(.minutes(2)))
struct HookStepTests {
    private let identity = VolumeIdentity(name: "web", uuid: "u-1", poolName: "depot", thinID: 7)
    private let longer = Sectors(1_048_576)

    private func devices() -> FakeDevices {
        let devices = FakeDevices()
        devices.addPool("depot", minor: 0)
        devices.addVolume("web", minor: 1, pool: 0, id: 7, uuid: "u-1")
        devices.addVolume("shop", minor: 2, pool: 0, id: 8)
        return devices
    }

    private func step(
        _ script: String, on devices: FakeDevices, length: Sectors? = nil, timeout: Duration = .seconds(20),
        volume: VolumeIdentity? = nil, fault: String? = nil
    ) -> HookStep {
        HookStep(
            control: devices, identity: volume ?? identity,
            hook: OwnerHook(command: ["/bin/sh", "-c", script, "sh", "a b"], timeout: timeout), length: length ?? longer
        ) { _ in fault }
    }

    private func outcome(_ step: HookStep) -> StepReport.Outcome {
        do throws(StepFailure) {
            try step.perform()
            return .done
        } catch { return error.outcome }
    }

    private func text(_ outcome: StepReport.Outcome) -> String {
        switch outcome {
        case .done, .stuck: ""
        case .refused(let text), .failed(_, let text): text
        }
    }

    @Test("it is told the volume and both lengths, in an environment of nothing else")
    func environment() {
        setenv("HEADROOM_TEST_SECRET", "1", 1)
        let said = text(outcome(step("env | sort; echo \"$1\"; exit 3", on: devices())))
        for word in [
            "HEADROOM_VOLUME=web", "HEADROOM_UUID=u-1", "HEADROOM_POOL=depot", "HEADROOM_THIN_ID=7",
            "HEADROOM_OLD_SECTORS=524288", "HEADROOM_NEW_SECTORS=1048576",
            "HEADROOM_OLD_BYTES=268435456", "HEADROOM_NEW_BYTES=536870912",
        ] {
            #expect(said.contains(word + ";"), "\(said)")
        }
        #expect(said.hasSuffix("; a b"))
        #expect(!said.contains("SECRET"))
    }

    @Test("it ends well by status 0, whatever it prints")
    func done() {
        #expect(outcome(step("echo fine; echo really >&2", on: devices())) == .done)
        // Told again with the length that the device has by now.
        #expect(outcome(step("exit 0", on: devices(), length: Sectors(524_288))) == .done)
    }

    @Test("its failure is told with the last that it printed, in one line of plain words")
    func failure() {
        let said = text(outcome(step("echo on it; printf '\\033[31mthe disk is full.\\n' >&2; exit 4", on: devices())))
        #expect(said == "the hook /bin/sh ended with status 4: on it; [31mthe disk is full")
        let long = text(outcome(step("i=0; while [ $i -lt 900 ]; do echo $i; i=$((i + 1)); done; exit 1", on: devices())))
        #expect(long.hasSuffix("898; 899") && long.contains(": ...") && long.count < 500)
        #expect(text(outcome(step("kill -KILL $$", on: devices()))).hasSuffix("was killed by signal 9: it says nothing"))
    }

    @Test("it is not run for another volume than the one meant, for a shorter length, or where others have a say in it")
    func refused() {
        let trace = "/tmp/headroom-hook-trace-\(getpid())"
        defer { unlink(trace) }
        let script = "echo > \(trace)"
        #expect(text(outcome(step(script, on: devices(), length: Sectors(8)))).contains("never told less"))
        #expect(text(outcome(step(script, on: devices(), fault: "others may"))).contains("is not run: others may"))
        let suspended = devices()
        suspended.change("web") { $0.isSuspended = true }
        #expect(text(outcome(step(script, on: suspended))).contains("suspended"))
        var other = identity
        other.thinID = 9
        #expect(text(outcome(step(script, on: devices(), volume: other))).contains("another volume"))
        #expect(access(trace, F_OK) != 0)
        let missing = HookStep(
            control: devices(), identity: identity, hook: OwnerHook(command: ["/nowhere/note"]), length: longer)
        #expect(text(outcome(missing)) == "the hook /nowhere/note is not run: there is no such file")
    }

    @Test("one that hangs is left to end by itself: its own volume waits for that, and no other does")
    func hanging() async throws {
        let devices = devices()
        let calls = HookCalls()
        var template = Array("/tmp/headroom-hook-XXXXXX".utf8CString)
        try #require(mkdtemp(&template) != nil)
        let folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        let waiting = "until [ -e \(folder)/go ]; do sleep 0.05; done; echo x >> \(folder)/ended"
        defer { for name in ["/go", "/ended", ""] { remove(folder + name) } }
        let hung = await calls.run(step(waiting, on: devices, timeout: .milliseconds(300)))
        #expect(hung.outcome == .stuck(after: .milliseconds(300)))
        #expect(text(await calls.run(step("exit 0", on: devices)).outcome).contains("has not come back"))
        let shop = VolumeIdentity(name: "shop", uuid: "", poolName: "depot", thinID: 8)
        let other = await calls.run(step("exit 0", on: devices, volume: shop))
        #expect(other.outcome == .done && other.deviceLength == Sectors(524_288))
        close(open(folder + "/go", O_CREAT | O_WRONLY, 0o600))
        while await calls.run(step("exit 0", on: devices)).outcome != .done { usleep(10_000) }
        #expect(access(folder + "/ended", F_OK) == 0)
    }
}

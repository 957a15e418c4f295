// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Testing

@testable import Credentials

enum Hashes {
    /// Of cost 4, so that tests need no minute.
    static let open = "$2b$04$abcdefghijklmnopqrstuu/LVz6MZlItEy42I2juLihZ66HnQx/cy"
    /// Of "carol123", from the tests of Prometheus' exporter-toolkit, written by Go.
    static let carol = "$2y$10$qRTBuFoULoYNA7AQ/F3ck.trZBPyjV64.oA4ZsSBCIWvXuvQlQTuu"
}

struct PasswordHashTests {
    @Test func `Only texts that are the same are taken for equal`() {
        let digits: [UInt8] = [0, 1, 2, 3]
        let texts = digits.flatMap { a in digits.flatMap { b in digits.map { c in [a, b, c] } } }
        for text in texts {
            for other in texts { #expect(PasswordHash.areEqual(text, other) == (text == other)) }
        }
        #expect(!PasswordHash.areEqual([1, 2], [1, 2, 3]))
    }

    @Test func `What Go's bcrypt wrote is checked by libcrypt`() throws {
        let hash = try #require(PasswordHash(Hashes.carol))
        #expect(hash.cost == 10)
        #expect(hash.matches(Array("carol123".utf8)))
        #expect(!hash.matches(Array("carol124".utf8)))
        #expect(!hash.matches([]))
    }

    @Test func `What a C program takes for the end of a password ends none`() throws {
        let hash = try #require(PasswordHash(Hashes.open))
        #expect(hash.matches(Array("open sesame".utf8)))
        #expect(!hash.matches(Array("open sesame".utf8) + [0]))
        #expect(!hash.matches(Array("open sesame".utf8) + [0, 1]))
    }

    @Test(arguments: [
        "", "doe", "$1$salt$qJH7.N4xYta3aEG/dfqo/0", "$2y$10$short",
        "$2q$10$qRTBuFoULoYNA7AQ/F3ck.trZBPyjV64.oA4ZsSBCIWvXuvQlQTuu",
        "$2y$99$qRTBuFoULoYNA7AQ/F3ck.trZBPyjV64.oA4ZsSBCIWvXuvQlQTuu",
        "$2y$10$qRTBuFoULoYNA7AQ/F3ck.trZBPyjV64.oA4ZsSBCIWvXuvQlQT:u",
    ])
    func `Nothing else is taken for a hash`(text: String) {
        #expect(PasswordHash(text) == nil)
    }

    @Test func `A decoy costs what it says and matches nothing that is likely`() throws {
        let decoy = PasswordHash(decoyOfCost: 4)
        #expect(PasswordHash(decoy.text) == decoy)
        #expect(!decoy.matches(Array("fakepassword".utf8)))
    }
}

struct PasswordChecksTests {
    private let hash: PasswordHash
    private let right = Array("open sesame".utf8)

    init() throws { hash = try #require(PasswordHash(Hashes.open)) }

    private func check(
        _ checks: PasswordChecks, _ password: [UInt8], user: String = "alice", isKnown: Bool = true, from client: String = "a"
    ) async -> PasswordChecks.Outcome {
        await checks.check(user: user, password: password, hash: hash, isKnown: isKnown, from: client)
    }

    @Test func `A password is checked once, right or wrong`() async {
        let checks = PasswordChecks()
        for _ in 0..<3 {
            #expect(await check(checks, right) == .right)
            #expect(await check(checks, [1]) == .wrong)
        }
        #expect(await checks.made == 2)
    }

    @Test func `The same password asked for by many at once is checked once`() async {
        let checks = PasswordChecks()
        await withTaskGroup { group in
            for client in 0..<100 { group.addTask { #expect(await check(checks, right, from: "\(client)") == .right) } }
        }
        #expect(await checks.made == 1)
    }

    @Test func `Nobody who is not known is let in, whatever he says`() async {
        let checks = PasswordChecks()
        #expect(await check(checks, right, user: "mallory", isKnown: false) == .wrong)
        #expect(await check(checks, right, user: "mallory") == .right)
    }

    @Test func `A flood of wrong passwords has no right one checked again`() async {
        let checks = PasswordChecks()
        #expect(await check(checks, right) == .right)
        for number in 0..<(PasswordChecks.Limits.wrong + 10) {
            _ = await check(checks, [UInt8(number & 255), UInt8(number >> 8), 7])
        }
        let made = await checks.made
        #expect(await check(checks, right) == .right)
        #expect(await checks.made == made)
    }

    @Test func `Clients take turns, and one that floods is told that it is too much`() async {
        let checks = PasswordChecks()
        let counts = await withTaskGroup(of: PasswordChecks.Outcome.self) { group in
            for number in 0..<100 { group.addTask { await check(checks, [UInt8(number), 9], from: "flood") } }
            // Behind all of the flood, if there were no turns; in place two at the latest with them.
            while await checks.made < 1 { await Task.yield() }
            group.addTask {
                let before = await checks.made
                let outcome = await check(checks, right, from: "honest")
                #expect(await checks.made - before <= 4)
                return outcome
            }
            return await group.reduce(into: [PasswordChecks.Outcome: Int]()) { $0[$1, default: 0] += 1 }
        }
        #expect(counts[.right] == 1)
        #expect((counts[.busy] ?? 0) >= 50)
        #expect((counts[.wrong] ?? 0) >= PasswordChecks.Limits.waitingOfOne)
    }
}

struct CredentialsTests {
    @Test func `A name that nobody has costs what one of the users costs, always the same`() throws {
        let credentials = Credentials(users: ["carol": try #require(PasswordHash(Hashes.carol))])
        #expect(credentials.hash(for: "carol").isKnown)
        let decoy = credentials.hash(for: "mallory")
        #expect(!decoy.isKnown)
        #expect(decoy.hash.cost == 10)
        #expect(credentials.hash(for: "mallory").hash == decoy.hash)
    }

    @Test func `A token is known by itself alone`() async {
        let token = Token(name: "a", scopes: [.override], secret: Array("0123456789abcdef".utf8))
        let credentials = Credentials(tokens: [token])
        let checks = PasswordChecks()
        #expect(await credentials.verify(.token(Array("0123456789abcdef".utf8)), from: "x", with: checks) == .token(token))
        for wrong in ["", "0123456789abcde", "0123456789abcdef0", "0123456789ABCDEF"] {
            #expect(await credentials.verify(.token(Array(wrong.utf8)), from: "x", with: checks) == .wrong)
        }
        #expect(await credentials.verify(.password([1], user: "a"), from: "x", with: checks) == .wrong)
        #expect(await checks.made == 0)
    }
}

// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Glibc

extension Token {
    /// Reads the token's file: one line, a token that fits an HTTP header, and nobody's to read but its owner's and group's.
    /// Blocks for as long as the disk takes.
    public init(reading source: TokenSource) throws(TokenError) {
        self.init(name: source.name, scopes: source.scopes, secret: try Token.secret(in: source))
    }

    /// Reads all of them. No two may be the same token: then who it is would be anybody's guess.
    public static func read(_ sources: [TokenSource]) throws(TokenError) -> [Token] {
        var tokens: [Token] = []
        for source in sources {
            let token = try Token(reading: source)
            if let twin = tokens.first(where: { $0.mark == token.mark }) {
                throw TokenError(
                    description:
                        "the tokens `\(twin.name)` and `\(token.name)` are the same: make one anew, \(Token.advice(source.file))")
            }
            tokens.append(token)
        }
        return tokens
    }

    private static func secret(in source: TokenSource) throws(TokenError) -> [UInt8] {
        let (name, path) = (source.name, source.file)
        func error(_ text: String) -> TokenError { TokenError(description: "\(path), the file of the token `\(name)`, \(text)") }
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
        guard descriptor >= 0 else {
            let reason = String(cString: strerror(errno))
            throw error("cannot be read: \(reason). Make it, \(advice(path)), or take the token out of `tokens`")
        }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & mode_t(S_IFMT) == mode_t(S_IFREG) else {
            throw error("is no file: name a file with the token in it")
        }
        guard status.st_mode & 0o027 == 0 else {
            throw error(
                "can be read by others or written by more than its owner: `chmod o-rwx,g-w \(path)`, and make the token anew")
        }
        var buffer = [UInt8](repeating: 0, count: TokenSource.Limits.longest + 3)
        let count = Glibc.read(descriptor, &buffer, buffer.count)
        guard count >= 0 else { throw error("cannot be read: \(String(cString: strerror(errno)))") }
        var secret = Array(buffer.prefix(count))
        while let last = secret.last, last == 0x0A || last == 0x0D || last == 0x20 { secret.removeLast() }
        guard secret.count <= TokenSource.Limits.longest, secret.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            throw error("holds more than one word of visible ASCII: write the token alone into it, \(advice(path))")
        }
        guard secret.count >= TokenSource.Limits.shortest else {
            throw error("holds fewer than \(TokenSource.Limits.shortest) characters, which can be guessed: \(advice(path))")
        }
        return secret
    }

    private static func advice(_ path: String) -> String { "as in `openssl rand -hex 32 > \(path)`" }
}

// SPDX-License-Identifier: Apache-2.0
// Copyright (c) the Headroom authors

import Glibc
public import Units

/// A thread of its own, for what waits all the time. It ends when its body does.
public final class DetachedThread: Sendable {
    private let name: String
    private let body: @Sendable () -> Void

    private init(name: String, body: @escaping @Sendable () -> Void) {
        self.name = name
        self.body = body
    }

    /// False when the kernel gives none. The first 15 bytes of `name` are what `ps -T` shows.
    public static func start(name: String, stack: Bytes = .kibibytes(256), _ body: @escaping @Sendable () -> Void) -> Bool {
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        defer { pthread_attr_destroy(&attributes) }
        pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
        pthread_attr_setstacksize(&attributes, Int(clamping: stack.count))
        let argument = Unmanaged.passRetained(DetachedThread(name: name, body: body))
        var handle = pthread_t()
        if pthread_create(&handle, &attributes, enterThread, argument.toOpaque()) == 0 { return true }
        argument.release()
        return false
    }

    fileprivate func run() {
        // Signals are for the main thread and the runtime's.
        var all = sigset_t()
        sigfillset(&all)
        pthread_sigmask(SIG_SETMASK, &all, nil)
        nameThisThread()
        body()
    }

    /// For `ps -T` and the kernel's log. Where procfs is missing, it goes without.
    private func nameThisThread() {
        let file = open("/proc/thread-self/comm", O_WRONLY | O_CLOEXEC)
        guard file >= 0 else { return }
        _ = Array(name.utf8.prefix(15)).withUnsafeBytes { write(file, $0.baseAddress, $0.count) }
        close(file)
    }
}

private func enterThread(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let argument else { return nil }
    Unmanaged<DetachedThread>.fromOpaque(argument).takeRetainedValue().run()
    return nil
}

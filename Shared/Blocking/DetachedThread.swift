// SPDX-License-Identifier: Apache-2.0

// Invariant: the thread's argument is a retained `ThreadBody`, taken over exactly once: by the new thread,
// or by `start` itself when no thread could be made.
internal import CShims
internal import Glibc

/// A thread could not be started; the system's error number.
package struct ThreadStartError: Error, Equatable {
    package let errno: Int32

    package init(errno: Int32) {
        self.errno = errno
    }
}

/// The kernel's id of the calling thread.
package func currentThreadID() -> Int32 { hearth_thread_id() }

/// Threads of our own: blocking calls run on them, never on the cooperative pool (spec/style 3.6).
package enum DetachedThread {
    /// Starts `body` on a new thread that nobody joins.
    ///
    /// The thread takes no signals, so handlers and `signalfd` elsewhere see all of them. The kernel keeps
    /// the first 15 bytes of `name`.
    package static func start(
        name: String,
        stackByteCount: Int = 1 << 20,
        _ body: @escaping @Sendable () -> Void
    ) throws(ThreadStartError) {
        var attributes = pthread_attr_t()
        unsafe pthread_attr_init(&attributes)
        defer { unsafe pthread_attr_destroy(&attributes) }
        unsafe pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
        unsafe pthread_attr_setstacksize(&attributes, stackByteCount)

        var all = sigset_t()
        var previous = sigset_t()
        unsafe sigfillset(&all)
        unsafe pthread_sigmask(SIG_SETMASK, &all, &previous)
        defer { unsafe pthread_sigmask(SIG_SETMASK, &previous, nil) }

        let argument = unsafe Unmanaged.passRetained(ThreadBody(name: name, run: body))
        var thread = pthread_t()
        let status = unsafe pthread_create(
            &thread,
            &attributes,
            { argument in
                if let argument = unsafe argument {
                    unsafe Unmanaged<ThreadBody>.fromOpaque(argument).takeRetainedValue().main()
                }
                return nil
            },
            argument.toOpaque()
        )
        guard status == 0 else {
            unsafe argument.release()
            throw ThreadStartError(errno: status)
        }
    }
}

/// What one thread does.
private final class ThreadBody: Sendable {
    let name: String
    let run: @Sendable () -> Void

    init(name: String, run: @escaping @Sendable () -> Void) {
        self.name = name
        self.run = run
    }

    func main() {
        unsafe self.name.withCString { name in unsafe hearth_thread_set_name(name) }
        self.run()
    }
}

// SPDX-License-Identifier: Apache-2.0
import Glibc

/// Runs programs for tests.
package enum ChildProcess {
    /// How a program ended and what it wrote to its standard output and error.
    package struct Outcome: Sendable {
        package var status: Int32
        package var output: String
    }

    /// Runs `arguments[0]`, found in `PATH`, to its end, blocking the calling thread.
    ///
    /// A background process that the program leaves behind must not keep the output open: give it a file.
    package static func run(_ arguments: [String]) throws -> Outcome {
        var pipeEnds: [Int32] = [0, 0]
        guard unsafe pipe(&pipeEnds) == 0 else { throw SupportError("pipe: errno \(errno)") }
        for end in pipeEnds { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        defer { close(pipeEnds[0]) }
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { unsafe posix_spawn_file_actions_destroy(&actions) }
        unsafe posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        unsafe posix_spawn_file_actions_adddup2(&actions, pipeEnds[1], 1)
        unsafe posix_spawn_file_actions_adddup2(&actions, pipeEnds[1], 2)

        let (status, pid) = unsafe Self.spawn(arguments, &actions)
        close(pipeEnds[1])
        guard status == 0 else { throw SupportError("posix_spawnp \(arguments[0]): errno \(status)") }

        var output: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4_096)
        while true {
            let count = unsafe read(pipeEnds[0], &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { break }
            output += buffer.prefix(count)
        }
        var waitStatus: Int32 = 0
        while unsafe waitpid(pid, &waitStatus, 0) < 0, errno == EINTR {}
        let exitStatus = waitStatus & 0x7f == 0 ? (waitStatus >> 8) & 0xff : -(waitStatus & 0x7f)
        return Outcome(status: exitStatus, output: String(decoding: output, as: UTF8.self))
    }

    /// Starts a program whose standard input is a pipe and returns the end to write to.
    ///
    /// Nobody else inherits that end: the program reads end of file when this process ends, whatever the
    /// reason.
    package static func startWithPipe(_ arguments: [String]) throws -> Int32 {
        var pipeEnds: [Int32] = [0, 0]
        guard unsafe pipe(&pipeEnds) == 0 else { throw SupportError("pipe: errno \(errno)") }
        for end in pipeEnds { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { unsafe posix_spawn_file_actions_destroy(&actions) }
        unsafe posix_spawn_file_actions_adddup2(&actions, pipeEnds[0], 0)
        unsafe posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0)
        unsafe posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
        let status = unsafe Self.spawn(arguments, &actions).status
        close(pipeEnds[0])
        guard status == 0 else { throw SupportError("posix_spawnp \(arguments[0]): errno \(status)") }
        return pipeEnds[1]
    }

    @unsafe private static func spawn(
        _ arguments: [String],
        _ actions: inout posix_spawn_file_actions_t
    ) -> (status: Int32, pid: pid_t) {
        var pid: pid_t = 0
        var pointers = unsafe arguments.map { unsafe strdup($0) } + [nil]
        defer { while let pointer = unsafe pointers.popLast() { unsafe free(pointer) } }
        return (unsafe posix_spawnp(&pid, arguments[0], &actions, nil, &pointers, environ), pid)
    }
}

// SPDX-License-Identifier: Apache-2.0

// Invariant: the buffer that `read` fills and the folder that `readdir` walks live for one call.
internal import CShims
package import Exposition
internal import Glibc

/// What the kernel knows of this process, by the names of Prometheus' own clients.
package enum ProcessCollector {
    /// Adds `process_*`, the time of the start, and `pyroscope_build_info`.
    package static func register(in registry: MetricRegistry, build: BuildDescription = .current) {
        registry.gauge(
            "pyroscope_build_info",
            help: "A constant 1, labelled by what was built.",
            labels: [
                ("version", build.version), ("revision", build.revision), ("branch", build.branch),
                ("goversion", ""), ("goos", "linux"), ("goarch", Self.architecture), ("tags", "swift"),
            ]
        ).set(1)
        let startSeconds = Self.wallClockSeconds()
        registry.collect { page in
            page.counter(
                "process_cpu_seconds_total",
                help: "Processor time, user and system.",
                max(0, hearth_process_cpu_seconds())
            )
            page.gauge("process_start_time_seconds", help: "Start of the process since 1970.", startSeconds)
            let pages = Self.memoryPages()
            let pageSize = Double(sysconf(Int32(_SC_PAGESIZE)))
            page.gauge("process_virtual_memory_bytes", help: "Virtual memory.", pages.virtual * pageSize)
            page.gauge("process_resident_memory_bytes", help: "Memory in use.", pages.resident * pageSize)
            page.gauge("process_open_fds", help: "Open descriptors.", Double(Self.openDescriptorCount()))
            page.gauge("process_max_fds", help: "Descriptors allowed.", Double(sysconf(Int32(_SC_OPEN_MAX))))
        }
    }

    private static var architecture: String {
        #if arch(arm64)
        "arm64"
        #else
        "amd64"
        #endif
    }

    private static func wallClockSeconds() -> Double {
        var time = timespec()
        unsafe clock_gettime(CLOCK_REALTIME, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
    }

    /// The first two numbers of `/proc/self/statm`.
    private static func memoryPages() -> (virtual: Double, resident: Double) {
        let descriptor = unsafe open("/proc/self/statm", O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return (0, 0) }
        defer { close(descriptor) }
        var text = [UInt8](repeating: 0, count: 256)
        let count = unsafe read(descriptor, &text, text.count)
        let numbers = String(decoding: text.prefix(max(0, count)), as: UTF8.self).split(separator: " ")
        guard numbers.count > 1, let virtual = Double(numbers[0]), let resident = Double(numbers[1]) else {
            return (0, 0)
        }
        return (virtual, resident)
    }

    private static func openDescriptorCount() -> Int {
        guard let folder = unsafe opendir("/proc/self/fd") else { return 0 }
        defer { unsafe closedir(folder) }
        var count = 0
        while unsafe readdir(folder) != nil { count += 1 }
        return max(0, count - 3)  // `.`, `..` and the folder itself
    }
}

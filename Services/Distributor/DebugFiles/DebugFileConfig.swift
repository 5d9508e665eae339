// SPDX-License-Identifier: Apache-2.0
package import ConfigSchema

/// What uploaders of debug information may do.
package struct DebugFileConfig: Sendable, Equatable {
    package var isEnabled = true
    package var uploadByteCountMax = 256 << 20
    package var stalePeriod = Duration.seconds(300)
    package var uploadTimeout = Duration.seconds(120)
    /// Of one tenant.
    package var storedByteCountMax = 10 << 30
    /// Of one tenant.
    package var fileCountMax = 10_000

    /// The defaults.
    package init() {}

    /// The keys, by Pyroscope's names where it has them.
    package static let schema = Schema<DebugFileConfig>(
        section: "",
        [
            .bool("debug-info.enabled", \.isEnabled, "Whether files with debug information are taken.")
                .yaml("debug_info.enabled"),
            .byteCount(
                "debug-info.max-upload-size",
                \.uploadByteCountMax,
                in: 1...1 << 40,
                "Bytes of one file with debug information."
            ).yaml("debug_info.max_upload_size"),
            .duration(
                "debug-info.upload-stale-period",
                \.stalePeriod,
                in: .zero ... .seconds(86_400),
                "An upload that is not finished two minutes after this time may begin anew."
            ).yaml("debug_info.upload_stale_period"),
            .duration(
                "debug-info.upload-timeout",
                \.uploadTimeout,
                in: .milliseconds(1) ... .seconds(86_400),
                "Longest time for the bytes of one file to arrive."
            ).yaml("debug_info.upload_timeout"),
            .byteCount(
                "debug-info.max-stored-size",
                \.storedByteCountMax,
                in: 1...1 << 50,
                "Bytes of all files with debug information that a tenant has."
            ).yaml("debug_info.max_stored_size"),
            .int(
                "debug-info.max-files",
                \.fileCountMax,
                in: 1...1_000_000,
                "Files with debug information that a tenant has."
            ).yaml("debug_info.max_files").advanced(),
        ]
    )
}

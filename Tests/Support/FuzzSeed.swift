// SPDX-License-Identifier: Apache-2.0
import Glibc

/// Good inputs that tests hand to the fuzzers, so that these begin behind a decoder's first checks.
///
/// Does not import Testing: `make release` builds this module too, and there is no static Testing.
package enum FuzzSeed {
    /// Where the seeds go: a folder per fuzzer in the one that `HEARTH_SEEDS` names; nil keeps none.
    private static let folder = unsafe getenv("HEARTH_SEEDS").map { unsafe String(cString: $0) }

    /// The fuzzers cut longer inputs (`-max_len` in `Tests/Runner/run-fuzz.sh`).
    private static let byteCountMax = 65_536

    /// Keeps `bytes`, in the format of `Tests/Fuzz/<fuzzer>.swift`, when seeds are wanted.
    package static func save(_ bytes: [UInt8], for fuzzer: String) {
        guard let folder = self.folder else { return }
        do {
            guard bytes.count <= self.byteCountMax else {
                throw SupportError("\(bytes.count) bytes are more than \(self.byteCountMax)")
            }
            try self.makeFolder(folder)
            try self.makeFolder("\(folder)/\(fuzzer)")
            try self.write(bytes, to: "\(folder)/\(fuzzer)/\(self.name(of: bytes))")
        } catch {
            // A run that was to keep its seeds and did not ends here, and counts as failed.
            preconditionFailure("a seed for \(fuzzer): \(error)")
        }
    }

    private static func makeFolder(_ path: String) throws {
        guard unsafe mkdir(path, 0o777) == 0 || errno == EEXIST else {
            throw SupportError("mkdir \(path): errno \(errno)")
        }
    }

    private static func write(_ bytes: [UInt8], to path: String) throws {
        guard let file = unsafe fopen(path, "w") else { throw SupportError("fopen \(path): errno \(errno)") }
        let count = unsafe fwrite(bytes, 1, bytes.count, file)
        guard unsafe fclose(file) == 0, count == bytes.count else { throw SupportError("write \(path)") }
    }

    /// FNV-1a of the content: the same seed is the same file in every run.
    private static func name(of bytes: [UInt8]) -> String {
        let hash = bytes.reduce(0xCBF2_9CE4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x0100_0000_01B3 }
        let digits = String(hash, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}

// SPDX-License-Identifier: Apache-2.0

/// The part of a recording that could not be read.
package enum JFRPart: UInt8, Sendable {
    case chunkHeader, metadata, constantPool, event, labels, profile
}

/// A class without which a chunk cannot be understood.
package enum RequiredClass: String, CaseIterable, Sendable {
    case int, long, short, float, boolean
    case string = "java.lang.String"
    case javaClass = "java.lang.Class"
    case thread = "java.lang.Thread"
    case frameType = "jdk.types.FrameType"
    case threadState = "jdk.types.ThreadState"
    case classLoader = "jdk.types.ClassLoader"
    case stackTrace = "jdk.types.StackTrace"
    case stackFrame = "jdk.types.StackFrame"
    case method = "jdk.types.Method"
    case package = "jdk.types.Package"
    case symbol = "jdk.types.Symbol"
}

/// Why a recording was refused; offsets count from the start of the chunk.
package struct JFRError: Error, Equatable {
    /// What is wrong.
    package enum Reason: Equatable, Sendable {
        /// The bytes end too early, or a length points behind their end.
        case truncated
        case notARecording
        /// Major and minor version in one number.
        case unknownVersion(UInt32)
        /// A size that cannot be true, such as 0.
        case badSize
        /// An offset in the header points outside of the chunk.
        case badOffset
        case tooMany(limit: Int)
        case tooLarge(limit: Int)
        case nestedTooDeep
        case missingClass(RequiredClass)
        case unknownClass(UInt64)
        case unknownText(UInt8)
        case malformed
    }

    /// What is wrong.
    package let reason: Reason
    /// Where it was met.
    package internal(set) var part: JFRPart = .event
    /// Position in the chunk.
    package let offset: Int

    init(_ reason: Reason, at offset: Int) {
        self.reason = reason
        self.offset = offset
    }

    /// The same error, met in `part`.
    func met(in part: JFRPart) -> JFRError {
        var error = self
        error.part = part
        return error
    }
}

extension JFRError: CustomStringConvertible {
    /// For the client.
    package var description: String {
        switch self.part {
        case .chunkHeader: "error reading chunk header: \(self.text)"
        case .metadata: "error reading metadata: \(self.text)"
        case .constantPool: "error reading CP: \(self.text)"
        case .event: "error reading event: \(self.text)"
        case .labels: "error reading labels: \(self.text)"
        case .profile: "error making profiles: \(self.text)"
        }
    }

    private var text: String {
        let place = " at offset \(self.offset) of the chunk"
        switch self.reason {
        case .truncated: return "unexpected EOF"
        case .unknownVersion(let version): return "unknown version \(String(version, radix: 16))"
        case .notARecording: return "not a JFR recording"
        case .badSize: return "impossible size" + place
        case .badOffset: return "impossible offset" + place
        case .tooMany(let limit): return "more than \(limit) entries" + place
        case .tooLarge(let limit): return "more than \(limit) bytes"
        case .nestedTooDeep: return "nested too deep" + place
        case .missingClass(let name): return "missing \"\(name.rawValue)\""
        case .unknownClass(let id): return "unknown type \(id)" + place
        case .unknownText(let kind): return "unknown string type \(kind)" + place
        case .malformed: return "malformed" + place
        }
    }
}

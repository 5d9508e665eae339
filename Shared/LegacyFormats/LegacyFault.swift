// SPDX-License-Identifier: Apache-2.0
internal import ProfileModel

/// Why an upload in one of the older formats was refused; texts of the client are cut to what an answer may
/// repeat.
package enum LegacyFault: Error, Equatable {
    // Lines of text
    /// What stands behind the last space of a line is no count.
    case invalidCount(String)
    case countOutOfRange(String)
    // Binary trees
    case truncated(at: Int)
    case overlongVarint(at: Int)
    case tooManyChildren(UInt64, limit: Int)
    // Any format
    case tooManyNodes(limit: Int)
    case tooManySamples(Int, limit: Int)
    case nestedTooDeep(limit: Int)
    case tooLarge(limit: Int)
    case invalidUTF8
    /// The application's name ends with a suffix that stands for nothing.
    case unknownKind(String)
    // JSON and speedscope
    case unexpectedEnd
    case malformedJSON(at: Int)
    case unknownSchema(String)
    case unknownUnit(String)
    case unknownShape(String)
    case unknownEvent(String)
    case tooManyProfiles(limit: Int)
    case invalidFrame(Int)
    case unequalLengths(samples: Int, weights: Int)
    case negativeWeight
    case eventsOutOfOrder
    case nothingToClose
    case closesOtherFrame(Int)

    /// Whether the upload could be read but not taken: older servers answer this differently.
    package var isRefusal: Bool {
        switch self {
        case .invalidUTF8, .unknownKind, .tooLarge, .tooManySamples: true
        default: false
        }
    }

    /// For the client; where clients know a text, that text.
    package func text(format: String) -> String {
        switch self {
        case .invalidCount(let text): "strconv.Atoi: parsing \"\(text)\": invalid syntax"
        case .countOutOfRange(let text): "strconv.Atoi: parsing \"\(text)\": value out of range"
        case .truncated(let offset): "malformed \(format): unexpected EOF at offset \(offset)"
        case .overlongVarint(let offset):
            "malformed \(format): varint of more than 64 bits at offset \(offset)"
        case .tooManyChildren(let count, let limit):
            "\(format) node children count \(count) exceeds maximum \(limit)"
        case .tooManyNodes(let limit): "the \(format) profile has more than \(limit) nodes"
        case .tooManySamples(let count, let limit):
            "the profile exceeds the samples count limit (max_profile_stacktrace_samples, actual: \(count), "
                + "limit: \(limit))"
        case .nestedTooDeep(let limit): "malformed \(format): nested deeper than \(limit)"
        case .tooLarge(let limit): "decompressed size exceeds maximum allowed size of \(limit) bytes"
        case .invalidUTF8:
            "pyroscopeIngesterAdapter failed to marshal pprof: string field contains invalid UTF-8"
        case .unknownKind(let suffix):
            "pyroscopeIngesterAdapter failed to convert metadata: unknown profile type: \(suffix)"
        case .unexpectedEnd: "unexpected end of JSON input"
        case .malformedJSON(let offset): "malformed \(format): invalid JSON at offset \(offset)"
        default: self.speedscopeText
        }
    }

    private var speedscopeText: String {
        switch self {
        case .unknownSchema(let schema): "Unknown schema: \(schema)"
        case .unknownUnit(let unit): "invalid profile unit: unknown unit: \(unit)"
        case .unknownShape(let shape): "Profile type \(shape) not supported"
        case .unknownEvent(let event): "Unknown event type \(event)"
        case .tooManyProfiles(let limit): "the file has more than \(limit) profiles"
        case .invalidFrame(let frame): "Invalid frame \(frame)"
        case .unequalLengths(let samples, let weights):
            "Unequal lengths of samples and weights: \(samples) != \(weights)"
        case .negativeWeight: "Negative weight"
        case .eventsOutOfOrder: "Events out of order"
        case .nothingToClose: "No stack to close"
        case .closesOtherFrame(let frame): "Closing non-open frame \(frame)"
        default: "malformed profile"
        }
    }

    /// As much of the client's bytes as an answer repeats.
    static func shown(_ bytes: some Collection<UInt8>) -> String {
        let head = bytes.prefix(LabelValidation.echoedByteCountMax)
        return LabelValidation.clipped(String(decoding: head, as: UTF8.self))
    }
}

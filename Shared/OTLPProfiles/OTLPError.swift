// SPDX-License-Identifier: Apache-2.0
package import ProtobufWire

/// Why an export, or one profile of it, was not translated.
package enum OTLPError: Error, Equatable {
    /// The bytes or the text are no export request.
    case unreadable(CodecError)
    case missingDictionary
    case missingResourceProfiles
    /// More of something than a request or a profile may have.
    case tooMany(String, limit: Int)
    /// The profiles made of the request take more bytes than allowed.
    case tooLarge(limit: Int)
    /// The samples follow two layouts at once, so that neither can be trusted.
    case mixedLayouts
    case missingSampleType
    /// More than one value per sample: the layout of older senders that nothing here can name.
    case severalSampleTypes(Int)
    case missingValue
    case valueCount(Int)
    case valueOutOfRange
    /// A place that refers to an entry which its table does not have.
    case outOfBounds(OTLPPlace, Int32)
}

/// Where an index stood that led nowhere.
package enum OTLPPlace: Equatable, Sendable {
    case typeText, unitText, periodTypeText, periodUnitText
    case stack, location, mapping, link, attribute, attributeKey, attributeText
    /// The function of a location's line, which has this place among the lines.
    case function(line: Int)
    case functionName, functionFile, mappingFile
}

extension OTLPError: CustomStringConvertible {
    /// For the client, in the words of the Go server where it has some.
    package var description: String {
        switch self {
        case .unreadable(let error): "malformed export request: \(error)"
        case .missingDictionary: "missing profile metadata dictionary"
        case .missingResourceProfiles: "missing resource profiles"
        default: "failed to convert otel profile: \(self.fault)"
        }
    }

    private var fault: String {
        switch self {
        case .unreadable, .missingDictionary, .missingResourceProfiles: ""
        case .tooMany(let what, let limit): "more than \(limit) \(what)"
        case .tooLarge(let limit): "more than \(limit) bytes"
        case .mixedLayouts: "samples follow two generations of the protocol"
        case .missingSampleType: "sample type is missing"
        case .severalSampleTypes(let count): "\(count) sample types, limit 1"
        case .missingValue: "sample value is required"
        case .valueCount(let count): "sample values length mismatch: \(count) values, 1 expected"
        case .valueOutOfRange: "sample value times period does not fit 64 bits"
        case .outOfBounds(.stack, let index): "invalid stack index: \(index)"
        case .outOfBounds(let place, let index): "\(place.text(index)): index \(index) out of bounds"
        }
    }
}

extension OTLPPlace {
    fileprivate func text(_ index: Int32) -> String {
        switch self {
        case .typeText: "could not process sample type: could not access type string"
        case .unitText: "could not process sample type: could not access unit string"
        case .periodTypeText: "could not process period type: could not access type string"
        case .periodUnitText: "could not process period type: could not access unit string"
        case .stack: "could not access stack at index \(index)"
        case .location: "could not access location at index \(index)"
        case .mapping: "could not access mapping at index \(index)"
        case .link: "could not access link at index \(index)"
        case .attribute: "could not access attribute at index \(index)"
        case .attributeKey: "could not access the key of an attribute"
        case .attributeText: "could not access the value of an attribute"
        case .function(let line): "could not process line at index \(line): could not access function"
        case .functionName: "could not access function name string"
        case .functionFile: "could not access function filename string"
        case .mappingFile: "could not access mapping filename string"
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
internal import ByteCoding
internal import Compression
internal import FlameGraph
internal import JFR
internal import LegacyFormats
internal import Pprof
internal import ProfileModel

/// Why an uploaded file cannot be shown; the text is for the client.
struct AdHocFault: Error {
    var text: String

    init(_ text: String) { self.text = text }
}

/// One flame graph of an uploaded file, and which others there are.
struct AdHocView: Sendable {
    /// Every type in the file, in its order.
    var types: [String]
    /// The one that was taken.
    var type: String
    var unit: String
    /// Who made the file, when the format says nothing about that either.
    var spyName = ""
    var sampleRate: Int64 = 100
    /// Whether the format is one of plain stacks, which viewers see in an empty `groups`.
    var isPlainStacks = false
    var tree: FunctionTree
}

/// An uploaded file of any format that is understood.
struct AdHocFile {
    let name: String
    let limits: ProfileLimits
    private let bytes: [UInt8]

    /// What a file is taken for.
    enum Format: String {
        case json, pprof, collapsed, jfr, speedscope
        case perfScript = "perf_script"
    }

    /// A file as it was uploaded.
    init(name: String, bytes: [UInt8], limits: ProfileLimits) {
        self.name = name
        self.bytes = bytes
        self.limits = limits
    }

    /// Reads the file and takes the type `wanted`, or the first one where there is no such type.
    func view(_ wanted: String?) throws(AdHocFault) -> AdHocView {
        guard self.bytes.count >= 2 else { throw AdHocFault("profile is too short") }
        let plain = try self.inflated()
        let format = self.format(of: plain)
        do throws(AdHocFault) {
            return try self.view(wanted, format, plain)
        } catch {
            let found = "The profile was detected as \"\(format.rawValue)\""
            throw AdHocFault("unable to process the profile. \(found): \(error.text)")
        }
    }

    private func view(_ wanted: String?, _ format: Format, _ plain: [UInt8]) throws(AdHocFault) -> AdHocView {
        switch format {
        case .json: return try FlamebearerFile(plain).view(fileName: self.name)
        case .pprof: return try self.pprofView([("", plain)], wanted)
        case .collapsed: return try self.stacksView(plain)
        case .perfScript:
            return try self.stacksView(try PerfScript.folded(plain, byteCountMax: self.byteCountMax))
        case .jfr: return try self.pprofView(try self.recordingParts(plain), wanted)
        case .speedscope: return try self.pprofView(try self.legacyParts(.speedscope, plain), wanted)
        }
    }

    private var byteCountMax: Int { self.limits.profileByteCountMax }

    private func inflated() throws(AdHocFault) -> [UInt8] {
        guard GzipInflater.isGzip(self.bytes.span) else { return self.bytes }
        var inflater = GzipInflater()
        do throws(CompressionError) {
            return try inflater.inflate(self.bytes.span, limit: self.byteCountMax)
        } catch {
            if case .sizeLimit = error { throw AdHocFault.tooLarge(self.byteCountMax) }
            throw AdHocFault("the gzip data is damaged or cut off")
        }
    }

    /// By the name's ending, else by the first bytes.
    private func format(of plain: [UInt8]) -> Format {
        if plain.starts(with: [0x46, 0x4C, 0x52, 0]) { return .jfr }
        let ending = self.name.split(separator: ".", omittingEmptySubsequences: false).dropFirst().last
        switch ending.map(String.init) ?? "" {
        case "json": return Self.isSpeedscope(plain) ? .speedscope : .json
        case "pprof": return .pprof
        case "collapsed": return .collapsed
        case "perf_script": return .perfScript
        case "txt": return PerfScript.isLikely(plain) ? .perfScript : .collapsed
        default: break
        }
        if plain.first == UInt8(ascii: "{") { return Self.isSpeedscope(plain) ? .speedscope : .json }
        let isText = plain.prefix(100).allSatisfy { (0x20..<0x7F).contains($0) || (0x09...0x0D).contains($0) }
        guard isText else { return .pprof }
        return PerfScript.isLikely(plain) ? .perfScript : .collapsed
    }

    private static func isSpeedscope(_ bytes: [UInt8]) -> Bool {
        let mark = Array("speedscope.app/file-format-schema".utf8)
        let head = bytes.prefix(1 << 20)
        return head.indices.contains { index in
            head[index] == mark[0] && head[index...].starts(with: mark)
        }
    }
}

extension AdHocFault {
    /// A file that inflates to more than `limit` bytes.
    static func tooLarge(_ limit: Int) -> AdHocFault {
        AdHocFault("decompressed profile size exceeds limit of \(limit) bytes")
    }
}

// MARK: - By way of pprof

extension AdHocFile {
    /// A pprof with what tells its types from those of the file's others.
    typealias Part = (name: String, pprof: [UInt8])

    private func stacksView(_ folded: [UInt8]) throws(AdHocFault) -> AdHocView {
        guard let part = try self.legacyParts(.groups, folded).first else {
            throw AdHocFault("the file has no stacks")
        }
        var view = try self.pprofView([part], nil)
        guard view.tree.nodeCount > 1 else { throw AdHocFault("the file has no stacks") }
        view.types = [self.name]
        view.type = self.name
        view.unit = ""
        view.spyName = "unknown"
        view.isPlainStacks = true
        return view
    }

    private func legacyParts(_ format: LegacyFormat, _ bytes: [UInt8]) throws(AdHocFault) -> [Part] {
        // Speedscope files say what their weights are; of other stacks the counts are shown as they are.
        let rate = format == .speedscope ? LegacyUpload.defaultSampleRate : 0
        let upload = LegacyUpload(app: "file", sampleRate: rate, limits: self.limits)
        do throws(LegacyFault) {
            var parts: [Part] = []
            var left = self.byteCountMax
            for profile in try format.decode(bytes, upload) {
                let pprof = try profile.pprof(timeNanoseconds: 1, limits: self.limits, byteCountMax: left)
                left -= pprof.count
                parts.append((profile.profileName ?? "", pprof))
            }
            return parts
        } catch { throw AdHocFault(error.text(format: format.rawValue)) }
    }

    private func recordingParts(_ recording: [UInt8]) throws(AdHocFault) -> [Part] {
        var parameters = RecordingParameters(fromNanoseconds: 1, untilNanoseconds: 1, sampleRate: 100)
        parameters.sampleCountMax = self.limits.sampleCountMax
        parameters.profileByteCountMax = self.byteCountMax
        let empty: [UInt8] = []
        do throws(JFRError) {
            let translated = try RecordingTranslator.translate(recording.span, labels: empty.span, parameters)
            return translated.profiles.map { ($0.kind.metricName, $0.payload) }
        } catch { throw AdHocFault("\(error)") }
    }

    private static let typeCountMax = 256

    /// The first type of all parts that is called `wanted`, else the first of all.
    private func pprofView(_ parts: [Part], _ wanted: String?) throws(AdHocFault) -> AdHocView {
        var found: AdHocView?
        var types: [String] = []
        var decoder = PprofDecoder()
        var profile = DecodedProfile()
        for part in parts {
            do throws(ProfileRejection) {
                try decoder.decode(self.incoming(part.pprof), into: &profile)
            } catch { throw AdHocFault(error.message) }
            for column in profile.sampleTypes.indices {
                let type = profile.sampleTypes[column]
                var name = profile.string(type.type)
                // Kinds of one recording may measure the same: contentions of monitors and of parked threads.
                if types.contains(name) { name = "\(part.name):\(name)" }
                guard !types.contains(name) else { continue }
                types.append(name)
                guard types.count <= Self.typeCountMax else {
                    throw AdHocFault("the profile has more than \(Self.typeCountMax) sample types")
                }
                guard found == nil || (name == wanted && found?.type != wanted) else { continue }
                let tree = try NameTree.tree(of: profile, column: column)
                found = AdHocView(types: [], type: name, unit: profile.string(type.unit), tree: tree)
            }
        }
        guard var found else { throw AdHocFault("the profile has no sample types") }
        found.types = types
        return found
    }

    private func incoming(_ pprof: [UInt8]) -> IncomingProfile {
        var limits = self.limits
        limits.rejectOlderThanNanoseconds = 0
        limits.rejectNewerThanNanoseconds = 0
        return IncomingProfile(
            tenant: .anonymous,
            labels: LabelSet([Label(LabelName.profileName, "file"), Label(LabelName.serviceName, "file")]),
            uid: ProfileUID(high: 0, low: 0),
            receivedNanoseconds: 1,
            origin: .push,
            limits: limits,
            payload: pprof
        )
    }
}

// SPDX-License-Identifier: Apache-2.0
package import ByteCoding

/// One pprof after decoding, checking and normalising, as flat columns that refer to each other by index.
///
/// Nothing unreferenced is left: every string (but 0, the empty one), function, mapping and location is
/// used by a sample, a label set or a type. Samples are distinct by (frames, label set), but rows are not
/// distinct by content: two functions or locations may say the same, so who interns by content may find
/// equal stacks and adds them up. A sample may have no frames. All indices are in range, all text is valid
/// UTF-8. The columns keep their memory from profile to profile: one value per thread.
package struct DecodedProfile: ~Copyable, Sendable {
    /// A piece of `text`.
    package struct Text: BitwiseCopyable, Sendable {
        package var offset: UInt32
        package var count: UInt32
    }

    /// A function; the first three are indices of `strings`.
    package struct Function: BitwiseCopyable, Sendable, Hashable {
        package var name: UInt32
        package var systemName: UInt32
        package var file: UInt32
        package var startLine: Int32
    }

    /// A binary or library; `file` and `buildID` are indices of `strings`.
    package struct Mapping: BitwiseCopyable, Sendable, Hashable {
        package var memoryStart: UInt64
        package var memoryLimit: UInt64
        package var fileOffset: UInt64
        package var file: UInt32
        package var buildID: UInt32
        /// pprof's has_functions (1), has_filenames (2), has_line_numbers (4), has_inline_frames (8).
        package var flags: UInt8
    }

    /// A place in code; its lines are `lines[firstLine..<firstLine + lineCount]`, innermost (inlined) first.
    package struct Location: BitwiseCopyable, Sendable, Hashable {
        /// Index of `mappings`: always there, a stub without file where the client named none.
        package var mapping: UInt32
        package var firstLine: UInt32
        package var lineCount: UInt32
        /// 1 when pprof's `is_folded` is set.
        package var flags: UInt8
        /// 0 where the mapping has its functions.
        package var address: UInt64
    }

    /// A function (index of `functions`) and a line number in its file.
    package struct Line: BitwiseCopyable, Sendable, Hashable {
        package var function: UInt32
        package var line: Int32
    }

    /// A stacktrace: `frames[firstFrame..<firstFrame + frameCount]`, leaf first.
    package struct Sample: BitwiseCopyable, Sendable {
        package var firstFrame: UInt32
        package var frameCount: UInt32
        /// Index of `labelSets`; 0 is the empty set.
        package var labelSet: UInt32

        /// The positions of its frames, leaf first.
        package var frameRange: Range<Int> {
            Int(self.firstFrame)..<Int(self.firstFrame) + Int(self.frameCount)
        }
    }

    /// The pairs of one label set: `pairs[firstPair..<firstPair + pairCount]`, sorted by name, names unique.
    package struct PairRange: BitwiseCopyable, Sendable {
        package var firstPair: UInt32
        package var pairCount: UInt32
    }

    /// A label; both are indices of `strings`.
    package struct Pair: BitwiseCopyable, Sendable, Hashable {
        package var name: UInt32
        package var value: UInt32
    }

    /// What a value column or the period measures, as indices of `strings`.
    package struct ValueType: BitwiseCopyable, Sendable, Hashable {
        package var type: UInt32
        package var unit: UInt32
    }

    /// The inflated pprof, and behind it text that normalisation made.
    package var text = Column<UInt8>(capacity: 1 << 16)
    package var strings = Column<Text>()
    package var functions = Column<Function>()
    package var mappings = Column<Mapping>()
    package var locations = Column<Location>()
    package var lines = Column<Line>()
    /// Indices of `locations`, where a sample's range covers them; what lies between stacks means nothing.
    package var frames = Column<UInt32>()
    package var samples = Column<Sample>()
    /// Row-major: `sampleTypes.count` values per sample.
    package var values = Column<Int64>()
    /// Distinct label sets; 0 is the empty one.
    ///
    /// Numeric labels are gone, `profile_id` is called `span_id`.
    package var labelSets = Column<PairRange>()
    package var pairs = Column<Pair>()
    package var sampleTypes = Column<ValueType>(capacity: 8)
    /// (0, 0) when the client sent none.
    package var periodType = ValueType(type: 0, unit: 0)
    package var period: Int64 = 0
    /// When the profile was taken; the time of receipt when it does not say.
    package var timeNanoseconds: Int64 = 0
    package var durationNanoseconds: Int64 = 0
    /// Whether the pprof carried a time of its own: without, a byte-equal profile may be sent twice on
    /// purpose.
    package var hasOwnTime = false
    /// `__name__`: from the labels, or derived for `/ingest`.
    package var name = ""
    /// Size after inflating.
    package var inflatedByteCount = 0
    package var damage = Damage()

    /// What normalisation repaired or gave up, for metrics.
    package struct Damage: Equatable, Sendable {
        /// Stacktraces longer than allowed, cut on the root side.
        package var truncatedStacks = 0
        /// Samples that pointed to locations that do not exist or hold nothing.
        package var danglingSamples = 0
        /// Sums that would not fit and stay at the largest value.
        package var saturatedSums = 0
        /// Symbols longer than allowed, of which the end was kept.
        package var truncatedSymbols = 0
    }

    /// An empty profile.
    package init() {}

    /// Empties all columns and keeps their memory.
    mutating func removeAll() {
        self.text.removeAll()
        self.strings.removeAll()
        self.functions.removeAll()
        self.mappings.removeAll()
        self.locations.removeAll()
        self.lines.removeAll()
        self.frames.removeAll()
        self.samples.removeAll()
        self.values.removeAll()
        self.labelSets.removeAll()
        self.pairs.removeAll()
        self.sampleTypes.removeAll()
        self.periodType = ValueType(type: 0, unit: 0)
        self.damage = Damage()
    }

    /// The UTF-8 bytes of string `index`.
    package func withBytes<R>(of index: UInt32, _ body: (Span<UInt8>) -> R) -> R {
        let range = self.strings[Int(index)]
        return body(self.text.span.extracting(Int(range.offset)..<Int(range.offset) + Int(range.count)))
    }

    /// String `index`.
    package func string(_ index: UInt32) -> String {
        self.withBytes(of: index) { bytes in
            do {
                return String(copying: try UTF8Span(validating: bytes))
            } catch {
                // Text is checked while decoding; what a test makes by hand is repaired.
                var copy: [UInt8] = []
                for index in bytes.indices { copy.append(bytes[index]) }
                return String(decoding: copy, as: UTF8.self)
            }
        }
    }
}

// SPDX-License-Identifier: Apache-2.0
//
// Invariant: `tables.texts.text` holds the inflated bytes and `PprofReader.slack` zero bytes of room behind
// them while readers are in use. Text may be appended between two samples: a reader is made anew for each.
internal import ByteCoding
internal import Compression
package import ProfileModel

/// Turns uploaded pprof bytes into `DecodedProfile`s.
///
/// Keeps its buffers from profile to profile: use one per thread. Decoding depends on nothing but the
/// incoming profile, so replaying a log gives the same result.
package struct PprofDecoder: ~Copyable, Sendable {
    var inflater = GzipInflater()
    var tables = RawTables()
    var links = TableLinks()
    var context = SampleContext()
    var samples = SampleTable()
    var labels = SampleLabels()
    var compaction = Compaction()
    var repair = StackRepair()

    /// Text columns larger than this are given back before the next profile.
    private static let keptByteCountMax = 4 << 20

    /// A decoder without memory yet.
    package init() {}

    /// Inflates, parses, checks and normalises `incoming` into `profile`, whose former content is lost.
    ///
    /// When nothing is left after normalisation, `profile.samples` is empty: success, nothing to store.
    /// After a throw the content of `profile` is unspecified.
    package mutating func decode(
        _ incoming: IncomingProfile,
        into profile: inout DecodedProfile
    ) throws(ProfileRejection) {
        profile.removeAll()
        self.tables.removeAll()
        if self.tables.texts.text.room > Self.keptByteCountMax { self.tables.texts.text.shrink(to: 1 << 16) }
        try self.inflate(incoming)
        profile.inflatedByteCount = self.tables.texts.text.count
        do throws(PprofFault) {
            let limit = incoming.limits.sampleCountMax
            try self.tables.read(self.reader(0..<profile.inflatedByteCount), sampleCountMax: limit)
        } catch {
            throw self.rejection(error, incoming)
        }
        try self.takeHeader(incoming, into: &profile)
        try self.checkTables(incoming.limits, &profile.damage)
        let isGo = Language.isGo(self.tables.texts, labels: incoming.labels)
        if isGo { GoTypeParameters.strip(&self.tables.texts) }
        self.links.resolve(self.tables)
        // Heap profiles of Go nearly always have stacks that may have been cut; others are read again if so.
        let isHeap = isGo && self.repair.isHeap(self.tables)
        try self.readSamples(incoming, into: &profile, keepAll: isHeap)
        let needsRepair =
            isGo && self.repair.isNeeded(self.tables, isHeap: isHeap, deepest: self.context.deepest)
        if needsRepair, !isHeap { try self.readSamples(incoming, into: &profile, keepAll: true) }
        if needsRepair {
            self.repair.completeStacks(of: &profile, &self.samples, self.tables, self.context.hasher)
        }
        if needsRepair || isHeap { self.samples.settle(&profile) }
        profile.damage.truncatedStacks = self.context.cut
        profile.damage.danglingSamples = self.context.dangling
        profile.damage.saturatedSums = self.samples.saturatedSums
        try self.finish(incoming, &profile)
    }

    /// A reader over a range of the inflated bytes.
    func reader(_ range: Range<Int>) -> PprofReader {
        unsafe PprofReader(base: UnsafePointer(self.tables.texts.text.unsafeStart), range: range)
    }

    /// Fills the text with the inflated payload.
    private mutating func inflate(_ incoming: IncomingProfile) throws(ProfileRejection) {
        let limit = min(max(incoming.limits.profileByteCountMax, 0), 1 << 30)
        let payload = incoming.payload.span
        if ZstdDecoder.isZstd(payload) {
            try self.inflateZstd(incoming, limit)
            return
        }
        guard GzipInflater.isGzip(payload) else {
            guard payload.count <= limit else { throw Self.tooLarge(incoming, limit) }
            self.tables.texts.text.removeAll()
            unsafe payload.withUnsafeBufferPointer { unsafe self.tables.texts.text.append($0) }
            self.tables.texts.pad(PprofReader.slack)
            return
        }
        var capacity = GzipInflater.sizeGuess(payload, limit: limit)
        while true {
            var isWhole = false
            do throws(CompressionError) {
                unsafe try self.tables.texts.text.overwrite(capacity: capacity) {
                    (room) throws(CompressionError) -> Int in
                    let written = unsafe try self.inflater.inflate(payload, into: room)
                    isWhole = written != nil
                    return written ?? 0
                }
            } catch {
                throw ProfileRejection(.malformedProfile, "malformed pprof: gzip data is damaged or cut off")
            }
            if isWhole { break }
            guard capacity < limit else { throw Self.tooLarge(incoming, limit) }
            capacity = min(limit, capacity * 2)
        }
        self.tables.texts.pad(PprofReader.slack)
    }

    /// Fills the text with a payload that is zstd, whose first byte no pprof has.
    private mutating func inflateZstd(
        _ incoming: IncomingProfile,
        _ limit: Int
    ) throws(ProfileRejection) {
        do throws(CompressionError) {
            let plain = try StreamInflater.inflate(incoming.payload, .zstd, limit: limit)
            self.tables.texts.text.removeAll()
            unsafe plain.withUnsafeBufferPointer { unsafe self.tables.texts.text.append($0) }
            self.tables.texts.pad(PprofReader.slack)
        } catch {
            if case .sizeLimit = error { throw Self.tooLarge(incoming, limit) }
            throw ProfileRejection(.malformedProfile, "malformed pprof: zstd data is damaged or cut off")
        }
    }

    /// Reads all samples into `profile`; with `keepAll` without dropping or adding up any.
    private mutating func readSamples(
        _ incoming: IncomingProfile,
        into profile: inout DecodedProfile,
        keepAll: Bool
    ) throws(ProfileRejection) {
        self.context.prepare(self.tables, incoming.limits)
        self.labels.removeAll(series: incoming.labels)
        let count = self.tables.samples.count
        self.samples.reset(&profile, sampleCount: count, typeCount: self.context.typeCount)
        for index in 0..<count {
            guard let hash = try self.readSample(index, incoming, into: &profile) else {
                self.samples.rollback(&profile)
                continue
            }
            var labelSet: UInt32 = 0
            if !self.context.pairs.isEmpty {
                labelSet = try self.labels.labelSet(
                    of: self.context.pairs,
                    texts: &self.tables.texts,
                    profile: incoming
                )
            }
            if keepAll {
                self.samples.keep(&profile, labelSet: labelSet, hash: hash)
            } else {
                self.samples.commit(&profile, labelSet: labelSet, hash: hash)
            }
        }
    }

    /// Reads sample `index` and its labels; nil when it points to a location that is not there.
    @inline(__always)
    private mutating func readSample(
        _ index: Int,
        _ incoming: IncomingProfile,
        into profile: inout DecodedProfile
    ) throws(ProfileRejection) -> UInt64? {
        let place = self.tables.samples[index]
        let message = self.reader(Int(place.offset)..<Int(place.offset) + Int(place.count))
        do throws(PprofFault) {
            let hash = try self.context.read(message, self.links, into: &profile)
            unsafe try self.context.readLabels(base: message.base)
            return hash
        } catch {
            throw self.rejection(error, incoming)
        }
    }
}

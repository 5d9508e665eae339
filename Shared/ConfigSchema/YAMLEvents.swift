// SPDX-License-Identifier: Apache-2.0

// Invariant: the parser and the bytes it reads live on this frame: `yaml_parser_t` is initialised before and
// deleted after everything else, the input buffer outlives it, and each event is copied out before it is
// deleted.
internal import CYAML

/// The events that matter of libyaml's stream.
enum YAMLEvent: Equatable {
    case scalar(String, isPlain: Bool)
    case sequenceStart
    case sequenceEnd
    case mappingStart
    case mappingEnd
    case documentStart
    case documentEnd
    case alias
    case other
}

/// Drives libyaml over a text.
enum YAMLEvents {
    /// Calls `body` with each event and its place until the stream ends.
    static func read(
        _ text: [UInt8],
        _ body: (YAMLEvent, YAMLMark) throws(YAMLError) -> Void
    ) throws(YAMLError) {
        var parser = unsafe yaml_parser_t()
        guard unsafe yaml_parser_initialize(&parser) == 1 else {
            throw YAMLError(mark: YAMLMark(line: 1, column: 1), reason: "out of memory")
        }
        defer { unsafe yaml_parser_delete(&parser) }
        let failure: YAMLError? = unsafe text.withUnsafeBufferPointer { bytes in
            unsafe yaml_parser_set_input_string(&parser, bytes.baseAddress, bytes.count)
            do throws(YAMLError) {
                try unsafe Self.drain(&parser, body)
                return nil
            } catch {
                return error
            }
        }
        if let failure { throw failure }
    }

    private static func drain(
        _ parser: inout yaml_parser_t,
        _ body: (YAMLEvent, YAMLMark) throws(YAMLError) -> Void
    ) throws(YAMLError) {
        while true {
            var event = unsafe yaml_event_t()
            guard unsafe yaml_parser_parse(&parser, &event) == 1 else { throw unsafe Self.problem(parser) }
            defer { unsafe yaml_event_delete(&event) }
            if unsafe event.type == YAML_STREAM_END_EVENT { return }
            try body(unsafe Self.convert(event), unsafe Self.mark(event.start_mark))
        }
    }

    private static func convert(_ event: yaml_event_t) -> YAMLEvent {
        switch unsafe event.type {
        case YAML_SCALAR_EVENT:
            let scalar = unsafe event.data.scalar
            let bytes = unsafe UnsafeBufferPointer(start: scalar.value, count: scalar.length)
            let text = unsafe String(decoding: bytes, as: UTF8.self)
            return .scalar(text, isPlain: unsafe scalar.style == YAML_PLAIN_SCALAR_STYLE)
        case YAML_SEQUENCE_START_EVENT: return .sequenceStart
        case YAML_SEQUENCE_END_EVENT: return .sequenceEnd
        case YAML_MAPPING_START_EVENT: return .mappingStart
        case YAML_MAPPING_END_EVENT: return .mappingEnd
        case YAML_DOCUMENT_START_EVENT: return .documentStart
        case YAML_DOCUMENT_END_EVENT: return .documentEnd
        case YAML_ALIAS_EVENT: return .alias
        default: return .other
        }
    }

    private static func problem(_ parser: yaml_parser_t) -> YAMLError {
        let reason = unsafe parser.problem.map { unsafe String(cString: $0) } ?? "not YAML"
        return unsafe YAMLError(mark: Self.mark(parser.problem_mark), reason: reason)
    }

    private static func mark(_ mark: yaml_mark_t) -> YAMLMark {
        YAMLMark(line: Int(clamping: mark.line) &+ 1, column: Int(clamping: mark.column) &+ 1)
    }
}

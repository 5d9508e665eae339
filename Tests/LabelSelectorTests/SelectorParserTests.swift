// SPDX-License-Identifier: Apache-2.0
import LabelSelector
import Support
import Testing

@Suite struct SelectorParserTests {
    @Test(arguments: [
        ("{}", "{}"),
        (" { } ", "{}"),
        (#"{a="b"}"#, #"{a="b"}"#),
        (#"{a='b',}"#, #"{a="b"}"#),
        ("{a=`b\\n`}", #"{a="b\\n"}"#),
        (#"{a!="b", c=~"d.*" ,e!~"f|g"}"#, #"{a!="b",c=~"d.*",e!~"f|g"}"#),
        (#"process_cpu{a="b"}"#, #"{a="b",__name__="process_cpu"}"#),
        (
            "process_cpu:cpu:nanoseconds:cpu:nanoseconds",
            #"{__name__="process_cpu:cpu:nanoseconds:cpu:nanoseconds"}"#
        ),
        ("sum{}", #"{__name__="sum"}"#),
        (#"{"a.b"="c"}"#, #"{"a.b"="c"}"#),
        (#"{"metric.name"}"#, #"{__name__="metric.name"}"#),
        (#"{"m", x="y"}"#, #"{__name__="m",x="y"}"#),
        (#"{a="\x41\101\u00e9\"'\t"}"#, #"{a="AAé\"'\t"}"#),
        ("# a comment\n{a=\"b\" # another\n}", #"{a="b"}"#),
    ])
    func understands(text: String, canonical: String) throws {
        let selector = try LabelSelector(parsing: text)
        #expect(selector.description == canonical)
        #expect(try LabelSelector(parsing: canonical) == selector)
        FuzzSeed.save(Array(text.utf8), for: "LabelSelectorFuzz")
    }

    /// The texts of the Go server; those that were recorded from it come first.
    @Test(arguments: [
        ("", "unknown position: parse error: unexpected end of input"),
        ("hello world", #"1:7: parse error: unexpected identifier "world""#),
        ("{a=b}", #"1:4: parse error: unexpected identifier "b" in label matching, expected string"#),
        (#"{a="b"} offset 5m"#, "1:9: parse error: unexpected <offset>"),
        ("nope{", "1:6: parse error: unexpected end of input inside braces"),
        (#"{a=~"("}"#, "1:2: parse error: error parsing regexp: missing closing ): `(`"),
        (#"{a=~"["}"#, "1:2: parse error: error parsing regexp: missing closing ]: `[`"),
        (#"{a="b""#, "1:7: parse error: unexpected end of input inside braces"),
        ("{=", #"1:2: parse error: unexpected "=" in label matching, expected identifier or "}""#),
        (#"sum({a="b"})"#, #"1:4: parse error: unexpected "(""#),
        ("{a=", "1:4: parse error: unexpected end of input inside braces"),
        (#"{1a="b"}"#, "1:2: parse error: unexpected character inside braces: '1'"),
        (#"{a="b"}[5m]"#, #"1:8: parse error: unexpected "[""#),
        (#"{a>"b"}"#, "1:3: parse error: unexpected character inside braces: '>'"),
        (#"{a-b="c"}"#, "1:3: parse error: unexpected character inside braces: '-'"),
        (
            #"{a="b",,c="d"}"#,
            #"1:8: parse error: unexpected "," in label matching, expected identifier or "}""#
        ),
        ("{{service_name=}", "1:2: parse error: unexpected left brace '{'"),
        (#"service_name="shop-worker""#, #"1:13: parse error: unexpected "=""#),
        (
            #"{a="b" c="d"}"#,
            #"1:8: parse error: unexpected identifier "c" in label matching, expected "," or "}""#
        ),
        ("{a}", #"1:3: parse error: unexpected "}" in label matching, expected label matching operator"#),
        ("{\na=\"b\n\"}", "2:3: parse error: unterminated quoted string"),
        (#"{a="\q"}"#, "1:4: parse error: unknown escape sequence U+0071 'q'"),
        ("{a=`b}", "1:4: parse error: unterminated raw string"),
        (#"{a="b"} and {c="d"}"#, "1:9: parse error: unexpected <op:and>"),
        (
            #"{a=~"*"}"#,
            "1:2: parse error: error parsing regexp: missing argument to repetition operator: `*`"
        ),
    ])
    func refusesInTheWordsOfTheGoServer(text: String, message: String) {
        #expect(Self.fault(text) == message)
    }

    @Test func boundsMatchersPatternsAndText() {
        let many = (0..<65).map { "a\($0)=\"b\"" }.joined(separator: ",")
        #expect(Self.fault("{\(many)}")?.contains("more than 64 label matchers") == true)
        // The name in front is a matcher as well: what is accepted can be written and read again.
        let full = Array(repeating: "a=\"b\"", count: 64).joined(separator: ",")
        #expect(Self.fault("{\(full)}") == nil)
        #expect(Self.fault("cpu{\(full)}")?.contains("more than 64 label matchers") == true)
        let long = String(repeating: "x", count: 1_025)
        #expect(Self.fault("{a=~\"\(long)\"}")?.contains("limit of 1024") == true)
        #expect(Self.fault("{a=\"\(long)\"}") == nil)
        let huge = String(repeating: " ", count: 200_000)
        #expect(Self.fault(huge)?.contains("exceeds the limit") == true)
        #expect(Self.fault(#"{a=~"((a{100}){100}){100}"}"#) != nil)
    }

    @Test func survivesTruncationAndMutation() {
        let seed = Array(#"process_cpu{a="b\u00e9", c=~"d.*" ,e!~'f|g',"x.y"!=`z`}"#.utf8)
        for count in 0...seed.count {
            _ = Self.fault(String(decoding: seed.prefix(count), as: UTF8.self))
        }
        var random = SystemRandomNumberGenerator()
        for _ in 0..<2_000 {
            var bytes = seed
            for _ in 0..<3 { bytes[Int.random(in: 0..<bytes.count, using: &random)] = .random(in: 0...255) }
            let text = String(decoding: bytes, as: UTF8.self)
            guard Self.fault(text) == nil, let selector = try? LabelSelector(parsing: text) else { continue }
            #expect(Self.fault(selector.description) == nil, "\(bytes)")
        }
    }

    private static func fault(_ text: String) -> String? {
        do {
            _ = try LabelSelector(parsing: text)
            return nil
        } catch { return error.description }
    }
}

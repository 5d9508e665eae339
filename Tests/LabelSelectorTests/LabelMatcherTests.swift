// SPDX-License-Identifier: Apache-2.0
import LabelSelector
import ProfileModel
import Testing

@Suite struct LabelMatcherTests {
    private static let labels = LabelSet([Label("service_name", "api"), Label("pod", "api-1\nx")])

    @Test(arguments: [
        ("{}", true),
        (#"{service_name="api"}"#, true),
        (#"{service_name="ap"}"#, false),
        (#"{service_name=~"ap"}"#, false),
        (#"{service_name=~"ap."}"#, true),
        (#"{service_name=~"web|api"}"#, true),
        (#"{service_name!~"web|api"}"#, false),
        (#"{absent=""}"#, true),
        (#"{absent!="y"}"#, true),
        (#"{absent=~".*"}"#, true),
        (#"{absent=~".+"}"#, false),
        (#"{absent=~"a|"}"#, true),
        (#"{pod=~"api.*"}"#, true),
        (#"{pod=~"(?i)API-1\\sX"}"#, true),
        (#"{service_name="api",pod!~"api.*"}"#, false),
        (#"{service_name=~"^api$"}"#, true),
    ])
    func matchesLikeTheGoServer(selector: String, expected: Bool) throws {
        #expect(try LabelSelector(parsing: selector).matches(Self.labels) == expected)
    }

    @Test func tellsCanonicallyEqualTextsApart() throws {
        let composed = "\u{E9}"
        let decomposed = "e\u{301}"
        #expect(composed == decomposed)
        for operation in [MatchOperation.equal, .matches] {
            let matcher = try LabelMatcher("a", operation, composed)
            #expect(matcher.accepts(composed))
            #expect(!matcher.accepts(decomposed))
        }
    }

    @Test func namesTheValueThatMustBe() throws {
        let selector = try LabelSelector(parsing: #"{a=~"b",service_name="api"}"#)
        #expect(selector.requiredValue(of: "service_name") == "api")
        #expect(selector.requiredValue(of: "a") == nil)
        #expect(selector.and(LabelSelector([.equal("c", "d")])).matchers.count == 3)
    }

    @Test(arguments: [
        ("plain", #""plain""#), ("a\"b\\c", #""a\"b\\c""#), ("\n\u{1}\u{7F}", #""\n\x01\x7f""#),
        ("é\u{200B}\u{E0001}", #""é\u200b\U000e0001""#), ("\u{A0} ", #""\u00a0 ""#),
    ])
    func quotesAsGoDoes(text: String, quoted: String) {
        #expect(goQuoted(text) == quoted)
    }
}

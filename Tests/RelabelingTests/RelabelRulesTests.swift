// SPDX-License-Identifier: Apache-2.0
import ProfileModel
import Relabeling
import Testing

@Suite struct RelabelRulesTests {
    private static let labels = [Label("a", "foo"), Label("b", "bar"), Label("c", "baz")]

    private func rule(_ change: (inout RelabelSettings) -> Void) throws -> RelabelRule {
        var settings = RelabelSettings()
        change(&settings)
        return try RelabelRule(settings)
    }

    /// The labels after the rules as `name=value` texts, sorted; nil when the series was dropped.
    private func apply(_ rules: RelabelRule..., to labels: [Label] = Self.labels) throws -> [String]? {
        var labels = labels
        guard try RelabelRules(rules).apply(to: &labels) else { return nil }
        return labels.map { "\($0.name)=\($0.value)" }.sorted()
    }

    @Test func replacesByGroupsOfTheJoinedSources() throws {
        let rule = try self.rule {
            $0.sourceLabels = ["a", "b", "missing"]
            $0.regex = "f(.*);(?P<word>.*)r;"
            $0.targetLabel = "${word}_d"
            $0.replacement = "$1-${word}-$$-$9-$"
        }
        #expect(try self.apply(rule) == ["a=foo", "b=bar", "ba_d=oo-ba-$--$", "c=baz"])
    }

    @Test func expressionsAreAnchoredAtBothEnds() throws {
        for regex in ["fo", "oo", "o"] {
            let rule = try self.rule {
                $0.sourceLabels = ["a"]
                $0.regex = regex
                $0.targetLabel = "d"
                $0.replacement = "x"
            }
            #expect(try self.apply(rule) == ["a=foo", "b=bar", "c=baz"])
        }
    }

    @Test func anEmptyReplacementRemovesTheTarget() throws {
        let rule = try self.rule {
            $0.sourceLabels = ["a"]
            $0.regex = "f.*"
            $0.targetLabel = "b"
            $0.replacement = ""
        }
        #expect(try self.apply(rule) == ["a=foo", "c=baz"])
    }

    @Test func aRuleWithoutSourcesSetsAConstant() throws {
        let rule = try self.rule {
            $0.targetLabel = "team"
            $0.replacement = "core"
        }
        #expect(try self.apply(rule)?.contains("team=core") == true)
    }

    @Test func dropAndKeepDecideAboutTheSeries() throws {
        let drop = try self.rule {
            $0.action = .drop
            $0.sourceLabels = ["a"]
            $0.regex = "fo+"
        }
        let keep = try self.rule {
            $0.action = .keep
            $0.sourceLabels = ["a"]
            $0.regex = "fo+"
        }
        #expect(try self.apply(drop) == nil)
        #expect(try self.apply(keep) != nil)
        let other = [Label("a", "xfoo")]
        #expect(try self.apply(drop, to: other) == ["a=xfoo"])
        #expect(try self.apply(keep, to: other) == nil)
    }

    @Test func dropEqualAndKeepEqualCompareWithTheTarget() throws {
        let drop = try self.rule {
            $0.action = .dropequal
            $0.sourceLabels = ["a"]
            $0.targetLabel = "d"
        }
        let keep = try self.rule {
            $0.action = .keepequal
            $0.sourceLabels = ["a"]
            $0.targetLabel = "d"
        }
        let same = [Label("a", "x"), Label("d", "x")]
        #expect(try self.apply(drop, to: same) == nil)
        #expect(try self.apply(keep, to: same) != nil)
        #expect(try self.apply(drop) != nil)
        #expect(try self.apply(keep) == nil)
    }

    @Test func hashmodAgreesWithPrometheus() throws {
        let rule = try self.rule {
            $0.action = .hashmod
            $0.sourceLabels = ["c"]
            $0.targetLabel = "d"
            $0.modulus = 1_000
        }
        // The last eight bytes of md5("baz") and of md5(""), modulo 1000.
        #expect(try self.apply(rule)?.contains("d=976") == true)
        #expect(try self.apply(rule, to: []) == ["d=958"])
    }

    @Test func mapsDropsAndKeepsLabelsByName() throws {
        let map = try self.rule {
            $0.action = .labelmap
            $0.regex = "(b|c)"
            $0.replacement = "my_$1"
        }
        let drop = try self.rule {
            $0.action = .labeldrop
            $0.regex = "b|my_c"
        }
        let keep = try self.rule {
            $0.action = .labelkeep
            $0.regex = "my_.*"
        }
        #expect(try self.apply(map) == ["a=foo", "b=bar", "c=baz", "my_b=bar", "my_c=baz"])
        #expect(try self.apply(map, drop) == ["a=foo", "c=baz", "my_b=bar"])
        #expect(try self.apply(map, drop, keep) == ["my_b=bar"])
    }

    @Test func changesCase() throws {
        let up = try self.rule {
            $0.action = .uppercase
            $0.sourceLabels = ["a", "b"]
            $0.targetLabel = "d"
        }
        let down = try self.rule {
            $0.action = .lowercase
            $0.sourceLabels = ["d"]
            $0.targetLabel = "e"
        }
        #expect(try self.apply(up, down) == ["a=foo", "b=bar", "c=baz", "d=FOO;BAR", "e=foo;bar"])
    }

    @Test func defaultRulesNameDeltasByWhatTheyMeasure() throws {
        var labels = [Label("__name__", "godeltaprof_memory"), Label("x", "y")]
        #expect(RelabelRules.defaultsApply(to: labels))
        #expect(try RelabelRules.defaults.apply(to: &labels))
        #expect(
            LabelSet(labels).labels.map { "\($0.name)=\($0.value)" } == [
                "__delta__=false", "__name__=memory", "__name_replaced__=godeltaprof_memory", "x=y",
            ]
        )
        labels = [Label("__name__", "wall"), Label("__type__", "cpu")]
        #expect(RelabelRules.defaultsApply(to: labels))
        #expect(try RelabelRules.defaults.apply(to: &labels))
        #expect(LabelSet(labels)["__name__"] == "process_cpu")
        #expect(LabelSet(labels)["__name_replaced__"] == "wall")
    }

    @Test func whatDefaultRulesLeaveAloneIsNotAsked() throws {
        for labels in [
            [Label("__name__", "memory")], [Label("__name__", "wall")], [],
            [Label("__name__", "wall"), Label("__type__", "wall")],
        ] {
            #expect(!RelabelRules.defaultsApply(to: labels))
            var changed = labels
            #expect(try RelabelRules.defaults.apply(to: &changed))
            #expect(changed == labels)
        }
    }

    @Test func growingLabelsStopAtTheLimit() throws {
        let double = try self.rule {
            $0.sourceLabels = ["a"]
            $0.targetLabel = "a"
            $0.replacement = "$1$1"
        }
        var labels = [Label("a", "0123456789")]
        let rules = try RelabelRules([RelabelRule](repeating: double, count: RelabelRules.countMax))
        #expect(throws: RelabelOverflow.self) { try rules.apply(to: &labels) }
        labels = [Label("a", String(repeating: "x", count: RelabelRules.labelsByteCountMax))]
        #expect(throws: RelabelOverflow.self) { try rules.apply(to: &labels) }
    }

    @Test func rulesThatMakeNoSenseAreRefused() {
        let wrong: [(inout RelabelSettings) -> Void] = [
            { _ in },  // replace without a target
            {
                $0.action = .hashmod
                $0.targetLabel = "x"
            },
            {
                $0.action = .lowercase
                $0.targetLabel = "x"
                $0.replacement = "y"
            },
            {
                $0.action = .labeldrop
                $0.sourceLabels = ["x"]
            },
            {
                $0.action = .keepequal
                $0.targetLabel = "x"
                $0.regex = "y"
            },
            {
                $0.action = .labelmap
                $0.replacement = ""
            },
            {
                $0.targetLabel = "x"
                $0.regex = "("
            },
            {
                $0.targetLabel = "x"
                $0.regex = String(repeating: "x", count: 4_097)
            },
        ]
        for change in wrong {
            #expect(throws: RelabelError.self) { try self.rule(change) }
        }
        #expect(throws: RelabelError.self) {
            let rule = try self.rule { $0.targetLabel = "x" }
            return try RelabelRules([RelabelRule](repeating: rule, count: RelabelRules.countMax + 1))
        }
    }
}

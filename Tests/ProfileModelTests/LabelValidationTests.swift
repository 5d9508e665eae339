// SPDX-License-Identifier: Apache-2.0
import ProfileModel
import Testing

@Suite struct LabelValidationTests {
    private static let good = [Label("__name__", "cpu"), Label("pod", "a"), Label("service_name", "app")]

    /// The text of the refusal; nil when the labels are fine.
    private func refusal(_ labels: [Label], limits: ProfileLimits = ProfileLimits()) -> ProfileRejection? {
        do throws(ProfileRejection) {
            try LabelValidation.check(
                labels.sorted { LabelSet.precedes($0.name, $1.name) },
                limits: limits
            )
            return nil
        } catch {
            return error
        }
    }

    @Test func takesGoodLabels() {
        #expect(self.refusal(Self.good) == nil)
        #expect(self.refusal(Self.good + [Label("dot.and-ünicode", "x"), Label("empty", "")]) == nil)
    }

    @Test func saysWhatClientsKnow() {
        let name = Label("__name__", "process_cpu")
        let service = Label("service_name", "bad-app")
        #expect(self.refusal([])?.message == "error at least one label pair is required per profile")
        #expect(
            self.refusal([Label("service_name", "x")])?.message
                == "invalid labels '{service_name=\"x\"}' with error: invalid metric name"
        )
        #expect(
            self.refusal([name, Label("service_name", "")])?.message
                == "invalid labels '{__name__=\"process_cpu\", service_name=\"\"}' with error: service name "
                + "is not provided"
        )
        #expect(
            self.refusal([name, service, Label("", "x")])?.message
                == "invalid labels '{=\"x\", __name__=\"process_cpu\", service_name=\"bad-app\"}' with "
                + "error: invalid label name ''"
        )
        #expect(
            self.refusal([name, service, Label("a", "1"), Label("a", "1")])?.message
                == "profile with labels '{__name__=\"process_cpu\", a=\"1\", a=\"1\", service_name="
                + "\"bad-app\"}' has duplicate label name: 'a'"
        )
    }

    @Test func limitsHoldAtTheirEdge() {
        var limits = ProfileLimits()
        limits.labelCountMax = 4
        limits.labelNameByteCountMax = 12
        limits.labelValueByteCountMax = 3
        #expect(self.refusal(Self.good + [Label("a", "123")], limits: limits) == nil)
        #expect(
            self.refusal(Self.good + [Label("a", "1"), Label("b", "2")], limits: limits)?.reason
                == .maxLabelNamesPerSeries
        )
        #expect(self.refusal(Self.good + [Label("a", "1234")], limits: limits)?.reason == .labelValueTooLong)
        let long = String(repeating: "n", count: 13)
        #expect(self.refusal(Self.good + [Label(long, "1")], limits: limits)?.reason == .labelNameTooLong)
        #expect(self.refusal(Self.good + [Label("a\u{0}", "1")])?.reason == .invalidLabels)
        #expect(self.refusal(Self.good + [Label("a", "\u{0}")])?.reason == .invalidLabels)
    }

    @Test func neverRepeatsMuchOfTheClientsText() {
        let huge = String(repeating: "ü\n", count: 100_000)
        let answer = self.refusal(Self.good + [Label("a", huge)])
        #expect(answer?.reason == .labelValueTooLong)
        #expect((answer?.message.utf8.count ?? 0) < 700)
        #expect(answer?.message.contains("\n") == false)
    }
}

// SPDX-License-Identifier: Apache-2.0
import ServiceKit
import Testing

@Suite struct TokenBucketTests {
    @Test func takesAllOrNoneAndSaysWhenToComeBack() {
        var bucket = TokenBucket(burst: 10, now: .zero)
        #expect(bucket.take(8, rate: 2, burst: 10, now: .zero) == .taken)
        #expect(bucket.take(5, rate: 2, burst: 10, now: .zero) == .refused(retryAfter: .seconds(1.5)))
        #expect(bucket.take(2, rate: 2, burst: 10, now: .zero) == .taken)
        #expect(bucket.take(4, rate: 2, burst: 10, now: .seconds(2)) == .taken)
        #expect(bucket.take(10, rate: 2, burst: 10, now: .seconds(60)) == .taken)
        #expect(!bucket.isFull(rate: 2, burst: 10, now: .seconds(60)))
        #expect(bucket.isFull(rate: 2, burst: 10, now: .seconds(65)))
    }

    @Test func saysThatMoreThanTheBurstNeverFits() {
        var bucket = TokenBucket(burst: 10, now: .zero)
        #expect(bucket.take(11, rate: 2, burst: 10, now: .zero) == .refused(retryAfter: nil))
        #expect(bucket.take(10, rate: 2, burst: 10, now: .zero) == .taken)
    }

    @Test func doesNotGainFromAClockThatGoesBack() {
        var bucket = TokenBucket(burst: 10, now: .seconds(10))
        #expect(bucket.take(10, rate: 1, burst: 10, now: .seconds(10)) == .taken)
        #expect(bucket.take(1, rate: 1, burst: 10, now: .seconds(5)) == .refused(retryAfter: .seconds(1)))
        #expect(bucket.take(1, rate: 1, burst: 10, now: .seconds(11)) == .taken)
        #expect(bucket.take(1, rate: 1, burst: 10, now: .seconds(11)) == .refused(retryAfter: .seconds(1)))
    }
}

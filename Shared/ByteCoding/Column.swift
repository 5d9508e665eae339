// SPDX-License-Identifier: Apache-2.0
//
// Invariant: `start` points to `capacity` elements of which the first `count` are initialised; every access
// by index is checked against `count`; the memory has one owner, which frees it. Elements are plain bits,
// so nothing needs to be destroyed.

/// A growable column of plain values that keeps its memory when emptied: one owner, no reference counting.
@safe
public struct Column<Element: BitwiseCopyable>: ~Copyable {
    @usableFromInline var start: UnsafeMutablePointer<Element>
    @usableFromInline var capacity: Int
    @usableFromInline var length = 0

    /// An empty column with room for `capacity` elements.
    @inlinable
    public init(capacity: Int = 16) {
        self.capacity = max(capacity, 1)
        unsafe self.start = UnsafeMutablePointer<Element>.allocate(capacity: self.capacity)
    }

    deinit { unsafe self.start.deallocate() }

    /// How many elements there are.
    @inlinable public var count: Int { self.length }
    /// Whether there is no element.
    @inlinable public var isEmpty: Bool { self.length == 0 }
    /// The positions of all elements.
    @inlinable public var indices: Range<Int> { 0..<self.length }

    /// The element at `index`, which must lie in `indices`.
    @inlinable
    public subscript(index: Int) -> Element {
        @inline(__always) get {
            precondition(UInt(bitPattern: index) < UInt(bitPattern: self.length), "index out of range")
            return unsafe self.start[index]
        }
        @inline(__always) set {
            precondition(UInt(bitPattern: index) < UInt(bitPattern: self.length), "index out of range")
            unsafe self.start[index] = newValue
        }
    }

    /// Appends one element.
    @inlinable
    @inline(__always)
    public mutating func append(_ element: Element) {
        if self.length == self.capacity { self.grow(toFit: self.length + 1) }
        unsafe self.start[self.length] = element
        self.length += 1
    }

    /// Appends the elements of `other`.
    @inlinable
    public mutating func append(_ other: UnsafeBufferPointer<Element>) {
        guard let from = other.baseAddress, !other.isEmpty else { return }
        self.reserve(self.length + other.count)
        unsafe (self.start + self.length).update(from: from, count: other.count)
        self.length += other.count
    }

    /// Appends the elements of `other` in `range`, which must lie in its indices.
    @inlinable
    public mutating func append(_ other: borrowing Column<Element>, range: Range<Int>) {
        precondition(range.lowerBound >= 0 && range.upperBound <= other.length, "range out of bounds")
        self.reserve(self.length + range.count)
        unsafe (self.start + self.length).update(from: other.start + range.lowerBound, count: range.count)
        self.length += range.count
    }

    /// Appends a copy of the elements in `range`, which must lie in its indices.
    @inlinable
    public mutating func append(copyOf range: Range<Int>) {
        precondition(range.lowerBound >= 0 && range.upperBound <= self.length, "range out of bounds")
        self.reserve(self.length + range.count)
        unsafe (self.start + self.length).update(from: self.start + range.lowerBound, count: range.count)
        self.length += range.count
    }

    /// Removes all elements and keeps the memory.
    @inlinable
    public mutating func removeAll() { self.length = 0 }

    /// Removes elements from the end until `count` are left.
    @inlinable
    public mutating func truncate(to count: Int) {
        precondition(count >= 0 && count <= self.length, "count out of range")
        self.length = count
    }

    /// Makes the column `count` elements long, all of them `element`.
    @inlinable
    public mutating func fill(_ element: Element, count: Int) {
        self.reserve(count)
        unsafe self.start.update(repeating: element, count: count)
        self.length = count
    }

    /// Makes room for `count` elements in all.
    @inlinable
    public mutating func reserve(_ count: Int) {
        if count > self.capacity { self.grow(toFit: count) }
    }

    /// Gives memory back when there is room for more than `count` elements; the column is empty afterwards.
    public mutating func shrink(to count: Int) {
        self.length = 0
        guard self.capacity > max(count, 1) else { return }
        unsafe self.start.deallocate()
        self.capacity = max(count, 1)
        unsafe self.start = UnsafeMutablePointer<Element>.allocate(capacity: self.capacity)
    }

    @usableFromInline
    mutating func grow(toFit count: Int) {
        let capacity = max(count, self.capacity * 2)
        let moved = UnsafeMutablePointer<Element>.allocate(capacity: capacity)
        unsafe moved.update(from: self.start, count: self.length)
        unsafe self.start.deallocate()
        unsafe self.start = moved
        self.capacity = capacity
    }

    /// Where element 0 lies.
    ///
    /// Valid until the column grows or dies; only the first `count` elements may be read.
    @inlinable public var unsafeStart: UnsafeMutablePointer<Element> { unsafe self.start }
    /// How many elements fit without moving.
    @inlinable public var room: Int { self.capacity }

    /// Declares the first `count` elements written, which must fit in `room`.
    @inlinable
    public mutating func setCount(_ count: Int) {
        precondition(count >= 0 && count <= self.capacity, "count out of range")
        self.length = count
    }

    /// The elements, borrowed.
    @inlinable
    public var span: Span<Element> {
        @_lifetime(borrow self)
        get { unsafe _overrideLifetime(Span(_unsafeStart: self.start, count: self.length), borrowing: self) }
    }

    /// Calls `body` with the elements in place.
    @inlinable
    public func withUnsafeBuffer<R: ~Copyable, E: Error>(
        _ body: (UnsafeBufferPointer<Element>) throws(E) -> R
    ) throws(E) -> R {
        try unsafe body(UnsafeBufferPointer(start: self.start, count: self.length))
    }

    /// Lets `body` write up to `capacity` elements from position 0 on and return how many it wrote.
    @inlinable
    public mutating func overwrite<E: Error>(
        capacity: Int,
        _ body: (UnsafeMutableBufferPointer<Element>) throws(E) -> Int
    ) throws(E) {
        self.length = 0
        self.reserve(capacity)
        let written = try unsafe body(UnsafeMutableBufferPointer(start: self.start, count: capacity))
        precondition(written >= 0 && written <= capacity, "wrote outside the column")
        self.length = written
    }
}

// SAFETY: a column is noncopyable and owns its memory alone, so moving it to another thread moves all
// access to it.
extension Column: @unchecked Sendable where Element: Sendable {}

using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace HospitalStreaming.Core.Merging;

/// <summary>
/// What a row of a table is known by: one whole number, or the canonical JSON of its key columns (<see cref="TableKey"/>), so that two encodings of one
/// key are one key. A whole number stays one: most tables have it, and the fast paths need it.
/// </summary>
public readonly struct RowKey : IEquatable<RowKey>, IComparable<RowKey>
{
    private const int ShownDigits = 12;

    private readonly string? _text;
    private readonly long _number;

    /// <summary>A whole number.</summary>
    public RowKey(long number) => _number = number;

    private RowKey(string text) => _text = text;

    /// <summary>Whether it is one whole number.</summary>
    public bool IsNumber => _text is null;

    /// <summary>The number.</summary>
    /// <exception cref="InvalidOperationException">It is none.</exception>
    public long Number => _text is null ? _number : throw new InvalidOperationException("the key is no whole number");

    /// <summary>For reports, errors and logs: a number as it is. A text may say who somebody is, so only the beginning of its SHA-256 is shown.</summary>
    public string Shown => _text is null ? ToString() : $"sha256:{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(_text)))[..ShownDigits]}";

    /// <summary>A whole number is a key.</summary>
    public static implicit operator RowKey(long number) => new(number);

    /// <summary>The key that <see cref="ToString"/> wrote.</summary>
    /// <exception cref="FormatException">It is none.</exception>
    public static RowKey Parse(string text) => text is ['{', .., '}'] ? new RowKey(text)
        : long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? new RowKey(number)
        : throw new FormatException("a key in the books is neither a whole number nor a JSON object");

    /// <summary>Same key.</summary>
    public static bool operator ==(RowKey left, RowKey right) => left.Equals(right);

    /// <summary>Other key.</summary>
    public static bool operator !=(RowKey left, RowKey right) => !left.Equals(right);

    /// <summary>Before in <see cref="CompareTo"/>'s order.</summary>
    public static bool operator <(RowKey left, RowKey right) => left.CompareTo(right) < 0;

    /// <summary>After in <see cref="CompareTo"/>'s order.</summary>
    public static bool operator >(RowKey left, RowKey right) => left.CompareTo(right) > 0;

    /// <summary>Not after in <see cref="CompareTo"/>'s order.</summary>
    public static bool operator <=(RowKey left, RowKey right) => left.CompareTo(right) <= 0;

    /// <summary>Not before in <see cref="CompareTo"/>'s order.</summary>
    public static bool operator >=(RowKey left, RowKey right) => left.CompareTo(right) >= 0;

    /// <summary>The number's digits, or the canonical JSON. The books of a warehouse have it.</summary>
    public override string ToString() => _text ?? _number.ToString(CultureInfo.InvariantCulture);

    /// <inheritdoc/>
    public bool Equals(RowKey other) => _number == other._number && _text == other._text;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is RowKey other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => _text is null ? _number.GetHashCode() : _text.GetHashCode(StringComparison.Ordinal);

    /// <summary>Numbers by value, before all texts; texts by their code units. One order everywhere, so that two loaders lock rows in one order.</summary>
    public int CompareTo(RowKey other) => (_text, other._text) switch
    {
        (null, null) => _number.CompareTo(other._number),
        (null, _) => -1,
        (_, null) => 1,
        _ => string.CompareOrdinal(_text, other._text),
    };
}

using System.Runtime.InteropServices;

namespace HospitalStreaming.Core.Auditing;

/// <summary>
/// Rows as 64-bit digests of their columns: small enough to hold a whole table, precise enough to name the column that differs, and free of
/// values. Equal values of one column kind have equal digests whatever C# type carries them; 1.50 equals 1.5, an instant equals itself in any zone.
/// </summary>
public static class RowDigest
{
    private const ulong Null = 0;

    /// <summary>Digests of a row's values.</summary>
    public static ulong[] Of(IReadOnlyList<object?> values)
    {
        var digests = new ulong[values.Count];
        for (var i = 0; i < digests.Length; i++)
        {
            digests[i] = Of(values[i]);
        }

        return digests;
    }

    /// <summary>Digest of one value.</summary>
    /// <exception cref="ArgumentException">A type no column has.</exception>
    public static ulong Of(object? value) => value switch
    {
        null => Null,
        bool yes => Mix(yes ? 1UL : 2UL),
        int number => Mix((ulong)(long)number),
        long number => Mix((ulong)number),
        decimal number => Of(number),
        string text => Of(MemoryMarshal.AsBytes(text.AsSpan())),
        DateOnly date => Mix((ulong)date.DayNumber),
        DateTimeOffset instant => Mix((ulong)(instant.UtcTicks / TimeSpan.TicksPerMicrosecond)),
        _ => throw new ArgumentException($"a column cannot be a {value.GetType().Name}", nameof(value)),
    };

    /// <summary>Digest of bytes as they are.</summary>
    public static ulong OfBytes(ReadOnlySpan<byte> bytes) => Of(bytes);

    /// <summary>Digest of what came before and one more, in their order.</summary>
    public static ulong Combine(ulong before, ulong next) => Mix(ulong.RotateLeft(before, 23) ^ next);

    private static ulong Of(decimal number)
    {
        // Division by one with all its zeros takes trailing zeros away.
        Span<int> bits = stackalloc int[4];
        decimal.GetBits(number / 1.0000000000000000000000000000m, bits);
        return Of(MemoryMarshal.AsBytes(bits));
    }

    // FNV-1a over the bytes, then mixed: short texts that differ in one bit must not look alike.
    private static ulong Of(ReadOnlySpan<byte> bytes)
    {
        var hash = 14_695_981_039_346_656_037UL;
        foreach (var part in bytes)
        {
            hash = (hash ^ part) * 1_099_511_628_211UL;
        }

        return Mix(hash ^ (ulong)bytes.Length);
    }

    // splitmix64's finaliser, offset so that no value looks like NULL by being zero.
    private static ulong Mix(ulong value)
    {
        value += 0x9E3779B97F4A7C15UL;
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9UL;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EBUL;
        value ^= value >> 31;
        return value == Null ? 1 : value;
    }
}

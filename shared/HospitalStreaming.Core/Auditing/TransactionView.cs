using System.Collections.Frozen;
using System.Globalization;

namespace HospitalStreaming.Core.Auditing;

/// <summary>
/// What one PostgreSQL snapshot sees: the transactions that had committed when it was taken. It ties a reading of the source to the change stream
/// exactly, on a line that is running; a log position cannot, as messages carry no commit position.
/// </summary>
/// <param name="Xmin">All transactions below it had ended.</param>
/// <param name="Xmax">No transaction at or above it had ended.</param>
/// <param name="Running">Those in between that were still running.</param>
public sealed record TransactionView(ulong Xmin, ulong Xmax, FrozenSet<ulong> Running)
{
    /// <summary>Reads pg_current_snapshot()'s text, xmin:xmax:xip,xip…</summary>
    /// <exception cref="FormatException">Another form.</exception>
    public static TransactionView Parse(string text)
    {
        var parts = text.Split(':');
        if (parts.Length != 3)
        {
            throw new FormatException("a snapshot looks like 10:20:10,14");
        }

        return new TransactionView(
            Number(parts[0]), Number(parts[1]), parts[2].Split(',', StringSplitOptions.RemoveEmptyEntries).Select(Number).ToFrozenSet());
    }

    /// <summary>Whether the snapshot sees what a transaction did, if that committed at all. Changes in the stream did.</summary>
    /// <param name="transactionId">Its 32-bit id, as change messages carry it; taken for the one of its many namesakes nearest to the snapshot.</param>
    public bool Sees(uint transactionId)
    {
        var id = (Xmax & ~(ulong)uint.MaxValue) | transactionId;
        const ulong Half = 1UL << 31;
        if (id > Xmax && id - Xmax > Half && id > uint.MaxValue)
        {
            id -= 1UL << 32;
        }
        else if (id < Xmax && Xmax - id > Half)
        {
            id += 1UL << 32;
        }

        return id < Xmin || (id < Xmax && !Running.Contains(id));
    }

    private static ulong Number(string text) => ulong.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture);
}

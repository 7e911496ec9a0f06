using System.Runtime.InteropServices;

namespace HospitalStreaming.Core.Transactions;

/// <summary>Which places of a transaction's records have been seen: a bit each, so that a million rows take an eighth of a megabyte.</summary>
internal sealed class OrderSet
{
    private readonly Dictionary<long, ulong> _words = [];

    /// <summary>Places seen, each once.</summary>
    internal long Count { get; private set; }

    /// <summary>False where it was there.</summary>
    internal bool Add(long order)
    {
        ref var word = ref CollectionsMarshal.GetValueRefOrAddDefault(_words, order >> 6, out _);
        var bit = 1UL << (int)(order & 63);
        if ((word & bit) != 0)
        {
            return false;
        }

        word |= bit;
        Count++;
        return true;
    }
}

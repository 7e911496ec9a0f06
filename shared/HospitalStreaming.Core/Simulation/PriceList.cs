namespace HospitalStreaming.Core.Simulation;

/// <summary>Prices of medicines as closed forms: one changes every four hundred visits, each in turn.</summary>
internal static class PriceList
{
    private const int VisitsAChange = 400;
    private const int ChangeAt = 11;

    /// <summary>The medicine whose price changes at that visit, and which of its changes it is, from 1; null where none does.</summary>
    public static (int Medicine, int Version)? ChangeOf(long visit)
    {
        if (visit % VisitsAChange != ChangeAt)
        {
            return null;
        }

        var tick = visit / VisitsAChange;
        // 11 and the number of medicines share no divisor, so every one has its turn.
        return ((int)(tick * 11 % Formulary.Medicines.Length) + 1, (int)(tick / Formulary.Medicines.Length) + 1);
    }

    /// <summary>Price in cents after so many changes; it wanders around the first price and does not run away.</summary>
    public static int CentsOf(ulong seed, int medicine, int version)
    {
        var first = Formulary.Medicines[medicine - 1].PriceCents;
        if (version == 0)
        {
            return first;
        }

        var chance = new SplitMix(seed, ChanceStream.Price, ((ulong)medicine << 32) + (ulong)version);
        return Math.Clamp((int)((long)first * chance.Between(88, 130) / 100), 10, 25_000);
    }
}

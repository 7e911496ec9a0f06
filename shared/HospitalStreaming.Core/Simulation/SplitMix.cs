namespace HospitalStreaming.Core.Simulation;

/// <summary>
/// SplitMix64 (Steele, Lea and Flood 2014): the simulation's only source of chance. Whole numbers only: floating point functions differ between
/// platforms, and every byte of the stream must not.
/// </summary>
internal struct SplitMix
{
    private ulong _state;

    public SplitMix(ulong seed, ulong stream, ulong number) => _state = Mix(Mix(seed ^ (stream * 0xD1B54A32D192ED03UL)) + (number * 0x9E3779B97F4A7C15UL));

    /// <summary>A number from 0 to below the bound, a positive one.</summary>
    public int Below(int bound) => (int)(((Next() >> 32) * (ulong)bound) >> 32);

    /// <summary>A number from 0 to below the bound, a positive one.</summary>
    public long Below(long bound) => (long)Math.BigMul(Next(), (ulong)bound, out _);

    /// <summary>A number between the two, both included.</summary>
    public int Between(int lowest, int highest) => lowest + Below(highest - lowest + 1);

    /// <summary>True so many times in a thousand.</summary>
    public bool Chance(int inThousand) => Below(1000) < inThousand;

    public ulong Next()
    {
        _state += 0x9E3779B97F4A7C15UL;
        return Mix(_state);
    }

    private static ulong Mix(ulong value)
    {
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9UL;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EBUL;
        return value ^ (value >> 31);
    }
}

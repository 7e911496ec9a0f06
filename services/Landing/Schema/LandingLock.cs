namespace HospitalStreaming.Landing.Schema;

/// <summary>Numbers of the advisory locks Landing takes in the hospital's database.</summary>
internal static class LandingLock
{
    /// <summary>Held in a transaction that makes or migrates tables.</summary>
    public const long Schema = 0x4C414E44_0001;

    /// <summary>Held by the one session that writes.</summary>
    public const long Writer = 0x4C414E44_0002;
}

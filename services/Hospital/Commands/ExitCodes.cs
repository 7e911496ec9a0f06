namespace HospitalStreaming.Hospital.Commands;

/// <summary>What the process's exit code says.</summary>
internal static class ExitCodes
{
    /// <summary>All well.</summary>
    public const int Success = 0;

    /// <summary>The command ran and found something wrong (verify's differences, an unhealthy role).</summary>
    public const int Found = 1;

    /// <summary>Unknown or contradictory options or settings.</summary>
    public const int Usage = 2;

    /// <summary>The machine or what the command needs is not in a state to start.</summary>
    public const int CannotStart = 3;

    /// <summary>A defect of ours (EX_SOFTWARE of sysexits.h).</summary>
    public const int Unforeseen = 70;

    /// <summary>Stopped by Ctrl-C before it was done.</summary>
    public const int Interrupted = 130;
}

using HospitalStreaming.Hosting.Ports;

namespace HospitalStreaming.Hospital.Composition;

/// <summary>Chooses a port for an embedded server: the configured one as it is, else the usual one where it is free, else any free one.</summary>
internal static class PreferredPort
{
    /// <summary>The port to ask for; 0 leaves the choice to the system. A configured port that is taken is the server's error to report.</summary>
    public static int Choose(int? configured, int usual) => configured ?? (PortHolder.IsFree(usual) ? usual : 0);
}

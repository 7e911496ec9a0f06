namespace HospitalStreaming.Hospital.Composition;

/// <summary>Section Health: where a role without a dashboard answers /healthz/live and /healthz/ready.</summary>
public sealed class HealthOptions
{
    /// <summary>Configuration section.</summary>
    public const string Section = "Health";

    /// <summary>Address to listen on. Default loopback: a container's own health check needs no more.</summary>
    public string Address { get; set; } = "127.0.0.1";

    /// <summary>Port. Default 8081.</summary>
    public int Port { get; set; } = 8081;
}

namespace HospitalStreaming.Dashboard.Settings;

/// <summary>Settings of the dashboard as written (section Dashboard); <see cref="DashboardOptionsCheck"/> says what is wrong with them.</summary>
public sealed class DashboardOptions
{
    /// <summary>Section of the configuration.</summary>
    public const string Section = "Dashboard";

    /// <summary>IP address to listen on. Any but a loopback address needs a login.</summary>
    public string Address { get; set; } = "127.0.0.1";

    /// <summary>TCP port; 0 takes a free one.</summary>
    public string Port { get; set; } = "8080";

    /// <summary>Host names by which browsers reach the page, separated by commas, besides localhost; needed on other addresses.</summary>
    public string AllowedHosts { get; set; } = string.Empty;

    /// <summary>Live channels open at once, over all viewers.</summary>
    public string MaxViewers { get; set; } = "500";

    /// <summary>Live channels open at once for one signed-in user or, without login, one address.</summary>
    public string MaxStreamsPerViewer { get; set; } = "64";

    /// <summary>Folder with the built page; empty takes wwwroot beside the program.</summary>
    public string PageFolder { get; set; } = string.Empty;

    /// <summary>User name and password hash; both empty on loopback means no login.</summary>
    public LoginOptions Login { get; set; } = new();
}

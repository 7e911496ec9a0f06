using System.Globalization;
using System.Net;
using Microsoft.Extensions.Configuration;

namespace HospitalStreaming.Dashboard.Settings;

/// <summary>The dashboard's settings, checked and typed.</summary>
public sealed record DashboardSettings
{
    /// <summary>IP address to listen on.</summary>
    public required IPAddress Address { get; init; }

    /// <summary>TCP port; 0 takes a free one.</summary>
    public required int Port { get; init; }

    /// <summary>Host names browsers may send, besides localhost and loopback addresses.</summary>
    public required IReadOnlySet<string> AllowedHosts { get; init; }

    /// <summary>Live channels open at once, over all viewers.</summary>
    public required int MaxViewers { get; init; }

    /// <summary>Live channels open at once for one viewer.</summary>
    public required int MaxStreamsPerViewer { get; init; }

    /// <summary>Folder with the built page.</summary>
    public required string PageFolder { get; init; }

    /// <summary>User name; empty where there is no login.</summary>
    public required string User { get; init; }

    /// <summary>Password hash; empty where there is no login.</summary>
    public required string PasswordHash { get; init; }

    /// <summary>How long a session lasts.</summary>
    public required TimeSpan Session { get; init; }

    /// <summary>Whether a login is configured.</summary>
    public bool HasLogin => User.Length > 0 && PasswordHash.Length > 0;

    /// <summary>What a person opens in a browser on this machine.</summary>
    public string Url => IPAddress.IsLoopback(Address)
        ? $"http://localhost:{Port}"
        : $"http://{new IPEndPoint(Address, Port)}";

    /// <summary>Reads the options of a configuration as they are written.</summary>
    public static DashboardOptions Read(IConfiguration configuration)
    {
        var options = new DashboardOptions();
        configuration.GetSection(DashboardOptions.Section).Bind(options);
        return options;
    }

    /// <summary>Types checked options.</summary>
    /// <exception cref="FormatException">The options were not checked, or not heeded.</exception>
    public static DashboardSettings From(DashboardOptions options) => new()
    {
        Address = ParseAddress(options.Address) ?? throw new FormatException("Dashboard:Address is no IP address."),
        Port = Number(options.Port),
        AllowedHosts = Hosts(options.AllowedHosts),
        MaxViewers = Number(options.MaxViewers),
        MaxStreamsPerViewer = Number(options.MaxStreamsPerViewer),
        PageFolder = options.PageFolder.Length > 0 ? options.PageFolder : Path.Combine(AppContext.BaseDirectory, "wwwroot"),
        User = options.Login.User,
        PasswordHash = options.Login.PasswordHash,
        Session = TimeSpan.FromHours(Number(options.Login.SessionHours)),
    };

    internal static IPAddress? ParseAddress(string text) =>
        string.Equals(text, "localhost", StringComparison.OrdinalIgnoreCase) ? IPAddress.Loopback
        : IPAddress.TryParse(text, out var address) ? address : null;

    internal static HashSet<string> Hosts(string text) =>
        new(text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries), StringComparer.OrdinalIgnoreCase);

    private static int Number(string text) => int.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture);
}

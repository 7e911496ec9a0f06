using System.Globalization;
using System.Net;
using HospitalStreaming.Hosting.Settings;

namespace HospitalStreaming.Dashboard.Settings;

/// <summary>Says everything that is wrong with the dashboard's options.</summary>
public sealed class DashboardOptionsCheck(DashboardOptions options) : IOptionsCheck
{
    /// <inheritdoc/>
    public IEnumerable<SettingProblem> Problems()
    {
        var address = DashboardSettings.ParseAddress(options.Address);
        var login = options.Login;
        if (address is null)
        {
            yield return Problem("Address", $"Set an IP address such as 127.0.0.1; \"{options.Address}\" is none.");
        }
        else if (!IPAddress.IsLoopback(address) && (login.User.Length == 0 || login.PasswordHash.Length == 0))
        {
            yield return Problem("Address", $"{address} can be reached from other machines, so a login is needed first: run `hospital hash-password`, "
                + "put what it prints into Dashboard:Login:PasswordHash and a name into Dashboard:Login:User; or go back to 127.0.0.1.");
        }

        if (address is not null && !IPAddress.IsLoopback(address) && DashboardSettings.Hosts(options.AllowedHosts).Count == 0)
        {
            yield return Problem("AllowedHosts", "Name the hosts by which browsers will open the page, e.g. dashboard.hospital.example; requests for other hosts are refused.");
        }

        if (login.User.Length > 0 != login.PasswordHash.Length > 0)
        {
            yield return login.User.Length == 0
                ? Problem("Login:User", "Set a user name to go with Dashboard:Login:PasswordHash.")
                : Problem("Login:PasswordHash", "Run `hospital hash-password` and set what it prints here.");
        }
        else if (login.PasswordHash.Length > 0 && !HospitalStreaming.Dashboard.Login.PasswordHash.IsWellFormed(login.PasswordHash))
        {
            yield return Problem("Login:PasswordHash", "This is not what `hospital hash-password` prints (pbkdf2-sha256:ROUNDS:SALT:HASH); a plain password is refused.");
        }

        foreach (var (key, text, least, most) in new[]
        {
            ("Port", options.Port, 0, 65_535),
            ("MaxViewers", options.MaxViewers, 1, 100_000),
            ("MaxStreamsPerViewer", options.MaxStreamsPerViewer, 1, 100_000),
            ("Login:SessionHours", login.SessionHours, 1, 24),
        })
        {
            if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number < least || number > most)
            {
                yield return Problem(key, $"Set a whole number from {least} to {most}; \"{text}\" is not.");
            }
        }

        if (options.PageFolder.Length > 0 && !Directory.Exists(options.PageFolder))
        {
            yield return Problem("PageFolder", "Set a folder that exists, or leave it empty to take the page beside the program.");
        }
    }

    private static SettingProblem Problem(string key, string fix) => new($"{DashboardOptions.Section}:{key}", fix);
}

namespace HospitalStreaming.Dashboard.Settings;

/// <summary>The login (section Dashboard:Login).</summary>
public sealed class LoginOptions
{
    /// <summary>User name.</summary>
    public string User { get; set; } = string.Empty;

    /// <summary>Password hash as `hospital hash-password` prints it; never a password.</summary>
    public string PasswordHash { get; set; } = string.Empty;

    /// <summary>Hours until a session ends and the live channel closes.</summary>
    public string SessionHours { get; set; } = "8";
}

using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace HospitalStreaming.Dashboard.Security;

/// <summary>Lets this process open its own live channel where a login is configured; new at every start and never written anywhere.</summary>
internal sealed class ProbeToken
{
    public const string Header = "X-Hospital-Probe";

    private readonly byte[] _value = Encoding.ASCII.GetBytes(Convert.ToHexString(RandomNumberGenerator.GetBytes(32)));

    public string Value => Encoding.ASCII.GetString(_value);

    /// <summary>Only the live channel opens with it.</summary>
    public bool IsIn(HttpRequest request) =>
        request.Path == Live.LiveEndpoint.Path
        && CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(request.Headers[Header].ToString()), _value);
}

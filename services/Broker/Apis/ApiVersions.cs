using HospitalStreaming.Broker.Protocol;
using HospitalStreaming.Broker.Server;

namespace HospitalStreaming.Broker.Apis;

/// <summary>ApiVersions (18), versions 0 to 4. A newer one is answered in version 0 with UNSUPPORTED_VERSION and the list, as KIP-511 says. No feature flags.</summary>
internal sealed class ApiVersions(ApiTable apis) : Api(ApiKey.ApiVersions, 0, 4, flexibleFrom: 3)
{
    protected override void Handle(ApiRequest request, WireWriter response)
    {
        response.Error(request.Version < 0 ? ErrorCode.UnsupportedVersion : ErrorCode.None);
        response.Array(apis.All, static (w, api) =>
        {
            w.Int16((short)api.Key);
            w.Int16(api.MinVersion);
            w.Int16(api.MaxVersion);
            w.Tags();
        });
        if (response.Version >= 1)
        {
            response.Int32(0);
        }
        response.Tags();
    }
}

using System.Net;
using System.Security.Claims;
using System.Security.Cryptography;
using System.Text;
using HospitalStreaming.Dashboard.Settings;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;

namespace HospitalStreaming.Dashboard.Login;

/// <summary>The login page (plain HTML, no script), signing in and out, and who is signed in.</summary>
internal static partial class LoginEndpoints
{
    public const string Path = "/login";

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet(Path, (HttpContext context, DashboardSettings settings) => settings.HasLogin && context.User.Identity?.IsAuthenticated != true
            ? Page(context, failed: false)
            : Results.Redirect(Local(context.Request.Query["next"].ToString())));
        routes.MapPost(Path, SignInAsync);
        routes.MapPost("/logout", async (HttpContext context, DashboardSettings settings) =>
        {
            if (settings.HasLogin)
            {
                await context.SignOutAsync(CookieAuthenticationDefaults.AuthenticationScheme);
            }

            return Results.Redirect(Path);
        });
        routes.MapGet("/api/session", (HttpContext context, DashboardSettings settings) =>
            Results.Json(new { login = settings.HasLogin, user = context.User.Identity?.Name }));
    }

    private static async Task<IResult> SignInAsync(HttpContext context, DashboardSettings settings, TimeProvider clock, ILoggerFactory logs)
    {
        if (!settings.HasLogin || !context.Request.HasFormContentType)
        {
            return Results.Redirect("/");
        }

        var form = await context.Request.ReadFormAsync(context.RequestAborted);
        // Both are always compared, so that the time taken does not tell whether the name exists.
        var named = CryptographicOperations.FixedTimeEquals(Digest(form["user"].ToString()), Digest(settings.User));
        var known = PasswordHash.Verify(form["password"].ToString(), settings.PasswordHash);
        var log = logs.CreateLogger("HospitalStreaming.Dashboard.Login");
        if (!(named && known))
        {
            Refused(log, context.Connection.RemoteIpAddress);
            return Page(context, failed: true);
        }

        var identity = new ClaimsIdentity([new Claim(ClaimTypes.Name, settings.User)], CookieAuthenticationDefaults.AuthenticationScheme);
        var now = clock.GetUtcNow();
        await context.SignInAsync(CookieAuthenticationDefaults.AuthenticationScheme, new ClaimsPrincipal(identity),
            new AuthenticationProperties { IssuedUtc = now, ExpiresUtc = now + settings.Session, AllowRefresh = false });
        SignedIn(log, context.Connection.RemoteIpAddress);
        return Results.Redirect(Local(form["next"].ToString()));
    }

    /// <summary>A path of ours, never another site.</summary>
    internal static string Local(string? next) =>
        next is ['/', ..] && !(next.Length > 1 && next[1] is '/' or '\\') && !next.Any(char.IsControl) && !next.StartsWith(Path, StringComparison.Ordinal) ? next : "/";

    private static byte[] Digest(string text) => SHA256.HashData(Encoding.UTF8.GetBytes(text));

    private static IResult Page(HttpContext context, bool failed)
    {
        var next = WebUtility.HtmlEncode(Local(context.Request.Query["next"].ToString()));
        var problem = failed ? "<p class=\"problem\" role=\"alert\">That name and password do not match. Five attempts a minute are allowed.</p>" : string.Empty;
        return Results.Content($"""
            <!doctype html>
            <html lang="en">
            <head>
              <meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark">
              <title>Sign in - HospitalStreaming</title><link rel="icon" href="/logo.svg"><link rel="stylesheet" href="/login.css">
            </head>
            <body>
              <main>
                <img src="/logo.svg" alt="" width="44" height="44">
                <h1>HospitalStreaming</h1>
                <p class="lead">Sign in to see the dashboards.</p>
                {problem}
                <form method="post" action="/login">
                  <input type="hidden" name="next" value="{next}">
                  <label for="user">User name</label>
                  <input id="user" name="user" autocomplete="username" required autofocus>
                  <label for="password">Password</label>
                  <input id="password" name="password" type="password" autocomplete="current-password" required>
                  <button type="submit">Sign in</button>
                </form>
              </main>
            </body>
            </html>
            """, "text/html; charset=utf-8", Encoding.UTF8, failed ? StatusCodes.Status401Unauthorized : StatusCodes.Status200OK);
    }

    [LoggerMessage(7001, LogLevel.Warning, "A sign-in from {Address} was refused")]
    private static partial void Refused(ILogger log, IPAddress? address);

    [LoggerMessage(7002, LogLevel.Information, "Signed in from {Address}")]
    private static partial void SignedIn(ILogger log, IPAddress? address);
}

/// A text message by a web server: a form goes in, JSON comes out.
///
/// The wire: POST `/webservice/sms.php?method=Submit` with account, password, content, mobile and format in a form; JSON. The
/// original: the account goes over plain HTTP (https:// would need TLS), and the status is not looked at.
enum S002SMSHTTPPost: Script {
  static let about = About("s002_sms_http_post", "text message by HTTP POST", at: "106.ihuyi.com", 80)

  static func script(_ settings: Settings) throws {
    let form = Python.urlencode([
      "account": "account", "password": "password", "content": "您的验证码是:147258。请不要把验证码泄露给其他人。",
      "mobile": "mobile", "format": "json",
    ])
    print(form)
    let answer = try HTTP(
      "POST", "/webservice/sms.php?method=Submit", at: settings.host, settings.port,
      ["Content-type": "application/x-www-form-urlencoded", "Accept": "text/plain"], body: Array(form.utf8))
    guard answer.status == 200 else { throw Failure("the message was not sent: status \(answer.status)") }
    print(try PythonValue(json: answer.body).repr)
  }
}
